import type {ByteRange} from '../../devices/device.ts';
import {blockBytes} from '../writing/salvage.ts';

/** Decides on the range of the next process: about a second's work, so that progress, a stop and a place to go on from are never far; and once one has failed, half of what may be bad. */
export interface Pace {
	/** The range from here on; ends where a block ends, or the device. */
	next(position: number): ByteRange;
	/** Takes how long a range took that was zeroed. */
	took(range: ByteRange, durationMs: number): void;
	/** Takes a range in which something is bad; true when it is no longer than a block, and cannot be halved. */
	failed(range: ByteRange): boolean;
}

const firstBytes = 4 * blockBytes;
const mostBytes = 64 * 1024 ** 3;
const shortMs = 500;
const longMs = 2000;

export const createPace = (totalBytes: number): Pace => {
	let length = firstBytes;
	/** End of a range in which something is bad. */
	let badEnd = 0;
	return {
		next(position) {
			const wanted =
				position < badEnd ? Math.ceil((badEnd - position) / 2 / blockBytes) * blockBytes : length;
			const start = position - (position % blockBytes);
			return {
				offset: position,
				length: Math.min(start + Math.max(wanted, blockBytes), totalBytes) - position,
			};
		},
		took(range, durationMs) {
			if (range.length < length) {
				return;
			}

			if (durationMs < shortMs) {
				// A process alone takes some ten milliseconds: a fast device shall not have many of them.
				length = Math.min(length * (durationMs < shortMs / 4 ? 4 : 2), mostBytes);
			} else if (durationMs > longMs) {
				length = Math.max(length / 2, blockBytes);
			}
		},
		failed({offset, length: failedBytes}) {
			length = firstBytes;
			badEnd = offset + failedBytes;
			return failedBytes <= blockBytes;
		},
	};
};
