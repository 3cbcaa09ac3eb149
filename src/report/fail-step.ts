import type {ErrorCode} from '../errors.ts';
import type {RunEvent} from '../events.ts';
import {changeDevice} from './change-device.ts';
import {deviceOf, phaseOf} from './find.ts';
import type {DeviceReport, Report} from './state.ts';

type StepFailed = Extract<RunEvent, {type: 'step.failed'}>;

export const isInterruption = (code: ErrorCode | undefined): code is 'INTERRUPTED' | 'TERMINATED' =>
	code === 'INTERRUPTED' || code === 'TERMINATED';

// These say that what a drive was told to do has come to an end, and a bad one. After any other it may still be at work, by itself.
const bad = new Set<ErrorCode>([
	...(['ERASER_FAILED', 'NOT_ERASED', 'UNREADABLE', 'DEVICE_CHANGED'] as const),
	...(['WRITE_FAILED', 'WRITE_INCOMPLETE', 'SYNC_FAILED'] as const),
]);

const isOver = (code: ErrorCode): boolean => bad.has(code);

/** However badly the command ended, its password may still be on the drive. */
const passwordOf = (device: DeviceReport | undefined): DeviceReport['announced'] => {
	const password = device?.announced?.password;
	return password === undefined ? null : {password};
};

/** What a step that failed means for its device, or for the run. */
export const failStep = (report: Report, event: StepFailed): Report => {
	const phase = phaseOf(report, event.step);
	const {code} = event;
	const marked = isInterruption(code) ? {...report, interrupted: code} : report;
	if (event.device !== undefined) {
		const device = deviceOf(report, event.device);
		return changeDevice(marked, event.device, {
			failure: device?.failure ?? event.code,
			endedAt: event.at,
			...(isOver(code) && {announced: passwordOf(device)}),
			...(event.unwritable && {unwritable: event.unwritable}),
			...(event.leaves && {leaves: event.leaves}),
			...(event.verification && {verification: event.verification}),
			...(event.writtenBytes !== undefined && {writtenBytes: event.writtenBytes}),
		});
	}

	if (isInterruption(code)) {
		return marked;
	}

	if (phase === 'aftercare' || phase === 'halt') {
		const log = event.step === 'keep-log' ? {keptIn: null, reason: event.message} : marked.log;
		return {...marked, log, aftercareFailure: marked.aftercareFailure ?? event.code};
	}

	return {...marked, prepareFailure: marked.prepareFailure ?? event.code};
};
