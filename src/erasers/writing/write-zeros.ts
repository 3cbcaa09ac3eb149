import type {ByteRange, Device} from '../../devices/device.ts';
import {incomplete} from './write-errors.ts';

/**
Writes zeros over a range, from a buffer of zeros no shorter than it. Whole sectors always: of a file that ends within a sector the device writes the part that exists, and says so.
@throws SanitizeError WRITE_INCOMPLETE when nothing more is accepted; what the device throws.
*/
export const writeZeros = async (
	device: Device,
	zeros: Uint8Array,
	{offset, length}: ByteRange,
): Promise<void> => {
	const {logicalSectorBytes: sector} = device.facts;
	let done = 0;
	while (done < length) {
		const wanted = Math.ceil((length - done) / sector) * sector;
		const bytes = Math.min(await device.write(offset + done, zeros.subarray(0, wanted)), length - done);
		if (done + bytes === length) {
			return;
		}

		// Go on at a sector's start: what follows must be aligned as well.
		const whole = Math.floor(bytes / sector) * sector;
		if (whole === 0) {
			throw incomplete(device, offset + done);
		}

		done += whole;
	}
};
