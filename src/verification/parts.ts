import type {ByteRange} from '../devices/device.ts';

export interface Part extends ByteRange {
	/** Its place in the order of the device. */
	readonly index: number;
}

export interface Parts {
	/** The next part, no longer than that; `undefined` when all are handed out. */
	next(longestBytes: number): Part | undefined;
}

/** Cuts sorted ranges into parts, as long as whoever asks wants each of them. */
export const cut = (ranges: Iterable<ByteRange>): Parts => {
	const iterator = ranges[Symbol.iterator]();
	let rest: ByteRange = {offset: 0, length: 0};
	let index = -1;
	return {
		next(longestBytes) {
			if (rest.length === 0) {
				const {value, done} = iterator.next();
				if (done) {
					return undefined;
				}

				rest = value;
			}

			const {offset} = rest;
			const length = Math.min(longestBytes, rest.length);
			rest = {offset: offset + length, length: rest.length - length};
			index += 1;
			return {index, offset, length};
		},
	};
};
