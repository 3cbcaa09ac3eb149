import type {ByteRange} from './devices/device.ts';

/** Ranges of a device: sorted, merged, at most 1,000 listed, all counted. */
export interface RangeList {
	readonly listed: readonly ByteRange[];
	/** Number of merged ranges, listed or not. */
	readonly count: number;
	/** Sum of their lengths. */
	readonly bytes: number;
}

export const noRanges: RangeList = {listed: [], count: 0, bytes: 0};

export const listedRanges = 1000;

/** Collects ranges from parts of a device that were looked at in any order. */
export interface RangeCollector {
	/** Takes what was found in part `index`, sorted. Parts are numbered from 0 in the device's order, each is given once. */
	add(index: number, ranges: readonly ByteRange[]): void;
	list(): RangeList;
}

/** What a run of neighbouring parts holds; small, however many ranges that is. */
interface Summary {
	readonly listed: readonly ByteRange[];
	readonly count: number;
	readonly bytes: number;
	/** The last range, which may not be among the listed ones. */
	readonly last: ByteRange | undefined;
}

interface Segment {
	readonly first: number;
	readonly end: number;
	readonly summary: Summary;
}

/**
Ranges less than `joinBelowBytes` apart count as one: 1 joins those that touch.

Memory stays bounded: neighbouring parts are folded into one summary at once, so there are never more summaries than reads in flight, plus one.
*/
export const createRangeCollector = (joinBelowBytes: number): RangeCollector => {
	const join = (a: Summary, b: Summary): Summary => joinSummaries(a, b, joinBelowBytes);
	let segments: readonly Segment[] = [];
	return {
		add(index, ranges) {
			const summary = summarize(ranges, joinBelowBytes);
			segments = insert(segments, {first: index, end: index + 1, summary}, join);
		},
		list() {
			const {listed, count, bytes} = segments.map(segment => segment.summary).reduce(join, nothing);
			return {listed, count, bytes};
		},
	};
};

const nothing: Summary = {listed: [], count: 0, bytes: 0, last: undefined};

const summarize = (ranges: readonly ByteRange[], joinBelowBytes: number): Summary => {
	const joined = joinRanges(ranges, joinBelowBytes);
	return {
		listed: joined.slice(0, listedRanges),
		count: joined.length,
		bytes: sumOf(joined),
		last: joined.at(-1),
	};
};

/** Sorted ranges, with those less than `joinBelowBytes` apart made one. */
export const joinRanges = (ranges: readonly ByteRange[], joinBelowBytes: number): readonly ByteRange[] => {
	const joined: ByteRange[] = [];
	for (const range of ranges) {
		const last = joined.at(-1);
		if (last && range.offset - (last.offset + last.length) < joinBelowBytes) {
			joined[joined.length - 1] = {offset: last.offset, length: range.offset + range.length - last.offset};
		} else {
			joined.push(range);
		}
	}

	return joined;
};

export const sumOf = (ranges: readonly ByteRange[]): number =>
	ranges.reduce((sum, {length}) => sum + length, 0);

/** Those that touch are one: so only the neighbours of what is added can touch it. */
const insert = (
	segments: readonly Segment[],
	added: Segment,
	join: (a: Summary, b: Summary) => Summary,
): readonly Segment[] => {
	const at = segments.findLastIndex(({first}) => first < added.first) + 1;
	const before = segments.slice(Math.max(at - 1, 0), at).filter(({end}) => end === added.first);
	const after = segments.slice(at, at + 1).filter(({first}) => first === added.end);
	const joined = [...before, added, ...after].reduce((one, next) => ({
		first: one.first,
		end: next.end,
		summary: join(one.summary, next.summary),
	}));
	return segments.toSpliced(at - before.length, before.length + after.length, joined);
};

const joinSummaries = (a: Summary, b: Summary, joinBelowBytes: number): Summary => {
	const [first] = b.listed;
	if (!a.last || !first || !b.last) {
		return a.last ? a : b;
	}

	const gapBytes = first.offset - (a.last.offset + a.last.length);
	if (gapBytes >= joinBelowBytes) {
		return {
			listed: concat(a.listed, b.listed),
			count: a.count + b.count,
			bytes: a.bytes + b.bytes,
			last: b.last,
		};
	}

	const merged = {offset: a.last.offset, length: first.offset + first.length - a.last.offset};
	return {
		listed:
			a.listed.length === a.count ? concat(a.listed.slice(0, -1), [merged, ...b.listed.slice(1)]) : a.listed,
		count: a.count + b.count - 1,
		bytes: a.bytes + b.bytes + gapBytes,
		last: b.count === 1 ? merged : b.last,
	};
};

const concat = (a: readonly ByteRange[], b: readonly ByteRange[]): readonly ByteRange[] =>
	a.length >= listedRanges ? a : [...a, ...b].slice(0, listedRanges);
