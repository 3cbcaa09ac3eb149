import type {ByteRange, Device} from '../../devices/device.ts';
import type {Source} from './source.ts';
import {incomplete} from './write-errors.ts';

/**
Writes over a range, which starts with a sector, what the source has for it. Whole sectors always: of a file that ends within a sector the device writes the part that exists, and says so.
@throws SanitizeError WRITE_INCOMPLETE when nothing more is accepted; what the device throws.
*/
export const writeRange = async (device: Device, source: Source, range: ByteRange): Promise<void> => {
	const {logicalSectorBytes: sector} = device.facts;
	const data = source.take(range.offset, Math.ceil(range.length / sector) * sector);
	try {
		await writeAll(device, data, range);
	} finally {
		source.giveBack(data);
	}
};

const writeAll = async (device: Device, data: Uint8Array, {offset, length}: ByteRange): Promise<void> => {
	const {logicalSectorBytes: sector} = device.facts;
	let done = 0;
	while (done < length) {
		const bytes = Math.min(await device.write(offset + done, data.subarray(done)), length - done);
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
