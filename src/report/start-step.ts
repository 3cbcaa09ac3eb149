import {changeDevice} from './change-device.ts';
import {deviceOf, namesOf, phaseOf, type StepNames} from './find.ts';
import {startPurge} from './purge.ts';
import type {DeviceReport, Report} from './state.ts';

export const startStep = (report: Report, event: StepNames): Report => ({
	...changeDevice(report, event.device, startOn(report, event)),
	underWay: [...report.underWay, namesOf(event)],
});

const startOn = (report: Report, {step, device}: StepNames): Partial<DeviceReport> => {
	switch (phaseOf(report, step)) {
		case 'purge':
			return startPurge;
		case 'erase':
			return {durableBytes: deviceOf(report, device)?.eraseFrom ?? 0, leaves: null};
		default:
			return {};
	}
};
