import {describeContent} from '../../content.ts';
import {formatBytes} from '../../progress.ts';
import type {ByteRange, Verification} from './story.ts';

/** `all 27.3 GiB read back, all zero`, and where it is not. */
export const verificationLines = (verification: Verification): readonly string[] => {
	const {coverage, percent, verifiedBytes, nonZero, unreadable, isDirect, result, sampling} = verification;
	const part = coverage === 'full' ? '' : ` (sampled, ${percent.toFixed(1)} %)`;
	const found = result === 'passed' ? `, ${passedWords(verification)}` : '';
	return [
		`${formatBytes(verifiedBytes)} read back${part}${found}`,
		...rangeLines(nonZeroWords(verification), {
			ranges: nonZero.count,
			bytes: nonZero.bytes,
			listed: nonZero.listed,
		}),
		...rangeLines('UNREADABLE', {
			ranges: unreadable.count,
			bytes: unreadable.bytes,
			listed: unreadable.listed,
		}),
		...(sampling ? [`seed of the samples: ${sampling.seed}`] : []),
		...(isDirect ? [] : ['the page cache may have answered instead of the media']),
	];
};

const passedWords = ({expected, found}: Verification): string => {
	if (expected?.kind === 'drive-defined') {
		return found
			? `all readable, all ${describeContent(found)}`
			: 'all readable, whatever the drive made of it';
	}

	return expected ? `all as written: ${describeContent(expected)}` : 'all zero';
};

/** What is wrong with a place that was read and does not hold what it must. */
export const nonZeroWords = ({expected}: Pick<Verification, 'expected'>): string =>
	!expected ? 'NOT ZERO' : expected.kind === 'drive-defined' ? 'STILL THERE' : 'NOT AS WRITTEN';

export interface Ranges {
	readonly ranges: number;
	readonly bytes: number;
	readonly listed: readonly ByteRange[];
}

const shownRanges = 3;

/** `NOT ZERO: 12 ranges, 36 B: at byte 1000 (3 B), …`; no line when there are none. */
export const rangeLines = (what: string, {ranges, bytes, listed}: Ranges): readonly string[] => {
	if (ranges === 0) {
		return [];
	}

	const first = listed
		.slice(0, shownRanges)
		.map(({offset, length}) => `at byte ${offset} (${formatBytes(length)})`);
	const more = ranges > first.length ? ', ...' : '';
	const count = `${ranges} ${ranges === 1 ? 'range' : 'ranges'}, ${formatBytes(bytes)}`;
	return [`${what}: ${count}${first.length === 0 ? '' : `: ${first.join(', ')}`}${more}`];
};
