import type {Device} from '../../devices/device.ts';
import {requireSameIdentity} from '../../devices/identity.ts';
import {errnoOf, SanitizeError} from '../../errors.ts';

// What the block layer makes of a place that takes no data, and of a bus that was reset: block/blk-core.c, blk_errors. libuv has no name for ENOLINK.
const salvageable = new Set([
	'EIO',
	'ENODATA',
	'EREMOTEIO',
	'EILSEQ',
	'ETIMEDOUT',
	'Unknown system error -67',
]);

const gone = new Set(['ENODEV', 'ENXIO']);

/**
Returns when a failed write may be tried again or in smaller pieces, and speaks for itself alone.
@throws SanitizeError WRITE_INCOMPLETE when the device or its store is full, DEVICE_CHANGED when the device has gone, and `error` itself for whatever else it is: read-only, not permitted.
*/
export const requireSalvageable = (device: Device, position: number, error: unknown): void => {
	const errno = error instanceof SanitizeError ? errnoOf(error.cause) : undefined;
	if (errno === undefined || !(error instanceof SanitizeError) || error.code !== 'WRITE_FAILED') {
		throw error;
	}

	if (errno === 'ENOSPC') {
		throw incomplete(device, position, error);
	}

	if (gone.has(errno)) {
		throw changed(`${device.facts.path} went away while it was written at byte ${position}`, error);
	}

	if (!salvageable.has(errno)) {
		throw error;
	}
};

export const incomplete = ({facts}: Device, position: number, cause?: unknown): SanitizeError =>
	new SanitizeError(
		'WRITE_INCOMPLETE',
		`${facts.path} takes nothing at byte ${position} of ${facts.totalBytes}`,
		{
			hint: 'do not release the device; it has shrunk or what stores it is full (kernel log): mend that and erase it again',
			cause,
		},
	);

const changed = (message: string, cause?: unknown): SanitizeError =>
	new SanitizeError('DEVICE_CHANGED', message, {
		hint: 'do not release the device; find out what happened to it (cable, power, kernel log), then erase it again',
		cause,
	});

/**
A drive that was pulled answers EIO to everything; that is not a million bad sectors, and what has its name now is another device.
@throws SanitizeError DEVICE_CHANGED.
*/
export const requirePresent = async (device: Device, position: number): Promise<void> => {
	const {path} = device.facts;
	const now = await device.inspect().catch((error: unknown) => {
		throw changed(`${path} could not be written at byte ${position} and cannot be found any more`, error);
	});
	requireSameIdentity(device.facts, now);
};
