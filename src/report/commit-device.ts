import type {RunEvent} from '../events.ts';
import {changeDevice} from './change-device.ts';
import {deviceOf} from './find.ts';
import type {Report} from './state.ts';

/** An overwrite that follows on a purge begins nothing new. */
export const commitDevice = (
	report: Report,
	{at, device}: Extract<RunEvent, {type: 'run.committed'}>,
): Report => {
	const {purged, committedAt} = deviceOf(report, device.path) ?? {};
	return changeDevice(report, device.path, {committedAt: (purged && committedAt) ?? at});
};
