import type {DeviceReport, Report} from './state.ts';

export const changeDevice = (
	report: Report,
	path: string | undefined,
	change: Partial<DeviceReport>,
): Report => ({
	...report,
	devices: report.devices.map(device =>
		device.planned.facts.path === path ? {...device, ...change} : device,
	),
});
