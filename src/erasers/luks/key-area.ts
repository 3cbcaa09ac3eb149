import {alignedBuffer, sharedZeros} from '../../aligned-buffer.ts';
import type {ByteRange, Device} from '../../devices/device.ts';
import {SanitizeError} from '../../errors.ts';
import {interrupted} from '../tool/interrupted.ts';

const chunkBytes = 1024 ** 2;

const chunksOf = ({offset, length}: ByteRange): readonly ByteRange[] =>
	Array.from({length: Math.ceil(length / chunkBytes)}, (_, index) => ({
		offset: offset + index * chunkBytes,
		length: Math.min(chunkBytes, length - index * chunkBytes),
	}));

/**
Writes zeros over all that key material may stand in, in use or not, and makes them durable.
@throws SanitizeError WRITE_FAILED, SYNC_FAILED, INTERRUPTED.
*/
export const overwriteKeyArea = async (
	name: string,
	device: Device,
	{area, signal}: {readonly area: ByteRange; readonly signal: AbortSignal},
): Promise<void> => {
	const zeros = sharedZeros(chunkBytes);
	for (const {offset, length} of chunksOf(area)) {
		if (signal.aborted) {
			throw interrupted(name, device, offset - area.offset);
		}

		const written = await device.write(offset, zeros.subarray(0, length));
		if (written !== length) {
			throw new SanitizeError(
				'WRITE_FAILED',
				`${name}: ${written} of ${length} bytes were taken at offset ${offset} of ${device.facts.path}`,
				{hint: 'do not release the device: its keys may still be there; look at the kernel log'},
			);
		}
	}

	await device.sync();
};

/** @throws SanitizeError NOT_ERASED, UNREADABLE. */
export const requireKeyAreaZero = async (name: string, device: Device, area: ByteRange): Promise<void> => {
	const buffer = alignedBuffer(chunkBytes);
	for (const {offset, length} of chunksOf(area)) {
		const read = await device.read(offset, buffer.subarray(0, length));
		const flaw = buffer.subarray(0, length).findIndex(byte => byte !== 0);
		if (read !== length || flaw !== -1) {
			const at = read === length ? offset + flaw : offset + read;
			throw new SanitizeError(
				'NOT_ERASED',
				`${name}: what was written over the keys of ${device.facts.path} is not there, at offset ${at}`,
				{hint: 'do not release the device: it does not keep what is written to it; destroy it'},
			);
		}
	}
};
