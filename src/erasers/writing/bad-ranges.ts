import type {ByteRange} from '../../devices/device.ts';
import {createRangeCollector, type RangeList, sumOf} from '../../ranges.ts';

export interface BadRanges {
	/** Takes the unwritable ranges of a block that has some; blocks in the device's order. */
	add(ranges: readonly ByteRange[]): void;
	/** Bytes of those that can be tried again. */
	heldBytes(): number;
	/** Hands them out again, block after block, and keeps what comes back in their place. */
	retry(attempt: (ranges: readonly ByteRange[]) => Promise<readonly ByteRange[]>): Promise<void>;
	/** All that are left; the last thing to ask for. */
	list(): RangeList;
}

const mostHeld = 20_000;

/** The unwritable ranges of a device, in bounded memory: those that find no room are counted at once, and not handed out again. */
export const createBadRanges = (limit: number = mostHeld): BadRanges => {
	const held: Array<readonly ByteRange[]> = [];
	const collector = createRangeCollector(1);
	let count = 0;
	let next = 0;
	return {
		add(ranges) {
			// In order: once one is not held, none after it is, so that its number in the collector stands.
			if (next === held.length && count + ranges.length <= limit) {
				held.push(ranges);
				count += ranges.length;
			} else {
				collector.add(next, ranges);
			}

			next += 1;
		},
		heldBytes: () => held.reduce((bytes, ranges) => bytes + sumOf(ranges), 0),
		async retry(attempt) {
			for (const [index, ranges] of held.entries()) {
				held[index] = await attempt(ranges);
			}
		},
		list() {
			for (const [index, ranges] of held.entries()) {
				collector.add(index, ranges);
			}

			return collector.list();
		},
	};
};
