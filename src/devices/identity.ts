import {SanitizeError} from '../errors.ts';
import type {DeviceIdentity} from './device.ts';

/**
What was confirmed, written and verified must be one device.
@throws SanitizeError DEVICE_CHANGED naming what differs.
*/
export const requireSameIdentity = (
	before: DeviceIdentity & {readonly path: string},
	now: DeviceIdentity,
): void => {
	const differences = (['deviceNumber', 'serial', 'totalBytes'] as const)
		.filter(key => before[key] !== now[key])
		.map(key => `${key} was ${before[key] ?? 'none'}, is ${now[key] ?? 'none'}`);
	if (differences.length > 0) {
		throw new SanitizeError(
			'DEVICE_CHANGED',
			`${before.path} is not the device that it was: ${differences.join('; ')}`,
			{
				hint: 'do not release it; look at the cabling and the kernel log, then start a new run',
			},
		);
	}
};
