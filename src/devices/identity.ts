import {SanitizeError} from '../errors.ts';
import type {DeviceFacts, DeviceIdentity} from './device.ts';
import {describeUse} from './facts/holders.ts';

/**
What was confirmed, written and verified must be one device.
@throws SanitizeError DEVICE_CHANGED naming what differs.
*/
export const requireSameIdentity = (
	before: DeviceIdentity & {readonly path: string},
	now: DeviceIdentity,
): void => {
	const differences = (['deviceNumber', 'diskSequence', 'serial', 'totalBytes'] as const)
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

/**
While a device is erased and verified nobody else may be able to write to it: an exclusive open keeps mounts out, but not a process that has it open already.
@throws SanitizeError with `code`, naming who uses it.
*/
export const requireUnused = (facts: DeviceFacts, code: 'DEVICE_BUSY' | 'DEVICE_CHANGED'): void => {
	const use = describeUse(facts);
	if (use !== null) {
		throw new SanitizeError(code, `${facts.path} is in use: ${use}`, {
			hint: 'stop whatever uses it, then start again; fuser -v names processes',
		});
	}
};

/** A bridge gives every drive behind it the serial number of its own. */
const bridgeDifferences = (before: DeviceFacts, now: DeviceFacts): readonly string[] =>
	(['model', 'serial'] as const).flatMap(key => {
		const [was, is] = [before, now].map(({drive}) => drive?.bridge?.[key] ?? null);
		return was === is
			? []
			: [`${key} of the drive behind the bridge was ${was ?? 'not known'}, is ${is ?? 'not known'}`];
	});

/**
The media of a run that goes on later, perhaps after a start of the machine, which gives new numbers to all devices: the serial number tells, and where there is none only the numbers do.
@throws SanitizeError NOT_CONFIRMED naming what differs.
*/
export const requireSameMedia = (before: DeviceFacts, now: DeviceFacts): void => {
	const lasting = ['path', 'manufacturer', 'model', 'serial', 'wwn', 'totalBytes'] as const;
	const numbers = ['deviceNumber', 'diskSequence', 'bootId'] as const;
	const differences = [...lasting, ...(before.serial === null ? numbers : [])]
		.filter(key => before[key] !== now[key])
		.map(key => `${key} was ${before[key] ?? 'none'}, is ${now[key] ?? 'none'}`)
		.concat(bridgeDifferences(before, now));
	if (differences.length > 0) {
		throw new SanitizeError(
			'NOT_CONFIRMED',
			`${before.target} cannot be told to be the device that was confirmed: ${differences.join('; ')}`,
			{
				hint:
					now.totalBytes === 0
						? 'nothing was written now; a SCSI drive that sanitizes itself may tell no size: wait until it has ended (sg_requests), have its size read again (/sys/block/*/device/rescan), then resume the run'
						: 'attach that one, or start a new run; nothing was written now',
			},
		);
	}
};
