import type {ByteRange} from '../../devices/device.ts';
import {createRangeCollector, type RangeList} from '../../ranges.ts';

interface BadRanges {
	/** Takes the unwritable ranges of a block that has some; blocks in the device's order. */
	add(ranges: readonly ByteRange[]): void;
	/** Hands them out again, block after block, and returns what is left of them all. */
	sweep(retry: (ranges: readonly ByteRange[]) => Promise<readonly ByteRange[]>): Promise<RangeList>;
}

const heldRanges = 20_000;

/** The unwritable ranges of a device, in bounded memory: those that find no room are counted at once, and not handed out again. */
export const createBadRanges = (limit: number = heldRanges): BadRanges => {
	const held: Array<readonly ByteRange[]> = [];
	const collector = createRangeCollector(1);
	let count = 0;
	let next = 0;
	return {
		add(ranges) {
			// In order, so once one is not held, none after it is: its number in the collector stands.
			if (next === held.length && count + ranges.length <= limit) {
				held.push(ranges);
				count += ranges.length;
			} else {
				collector.add(next, ranges);
			}

			next += 1;
		},
		async sweep(retry) {
			for (const [index, ranges] of held.entries()) {
				collector.add(index, await retry(ranges));
			}

			return collector.list();
		},
	};
};
