import type {ByteRange} from '../../devices/device.ts';
import type {RangeList} from '../../ranges.ts';
import type {EraseContext} from '../eraser.ts';

const shownBlocks = 3;

/** Tells of the write errors of one device without flooding anybody: the first few, and what came of all. */
export const createWriteWarnings = ({device, warn}: Pick<EraseContext, 'device' | 'warn'>) => {
	const {path} = device.facts;
	let blocks = 0;
	let isImpatient = false;
	let told = '';
	const say = (message: string, hint?: string) =>
		warn({code: 'WRITE_FAILED', message: `${path}: ${message}`, ...(hint !== undefined && {hint})});
	return {
		/** In so many blocks a write failed. */
		blocks: () => blocks,
		/** A write failed somewhere in this block. */
		block({offset, length}: ByteRange, error: unknown): void {
			blocks += 1;
			if (blocks > shownBlocks) {
				return;
			}

			const more = blocks === shownBlocks ? '; further write errors are only counted' : '';
			say(
				`a write error in the ${length} bytes at ${offset} (${reasonOf(error)}): trying them again in pieces${more}`,
			);
		},
		/** There will be no more waiting. */
		impatience(waitedMs: number): void {
			if (!isImpatient) {
				isImpatient = true;
				say(
					`waited ${Math.round(waitedMs / 1000)} s for bad places to recover; from here on they are tried again without waiting`,
				);
			}
		},
		end({count, bytes}: RangeList): void {
			// Pass after pass the same places may be bad.
			const news = `${count} ${bytes}`;
			if (blocks === 0 || news === told) {
				return;
			}

			told = news;

			const where = `write errors in ${blocks} ${blocks === 1 ? 'block' : 'blocks'}`;
			say(
				count === 0
					? `${where}; all of it was written when tried again`
					: `${where}; ${bytes} bytes in ${count} ${count === 1 ? 'range' : 'ranges'} could not be written, all the rest was`,
				'the device or its cable is failing: look at the kernel log',
			);
		},
	};
};

const reasonOf = (error: unknown): string => {
	const cause = error instanceof Error ? (error.cause ?? error) : error;
	return cause instanceof Error ? cause.message : String(cause);
};
