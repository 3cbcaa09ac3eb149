import test from 'ava';
import fc from 'fast-check';
import type {ByteRange} from '../src/devices/device.ts';
import {createRangeCollector, listedRanges, type RangeList} from '../src/ranges.ts';

const naive = (ranges: readonly ByteRange[], joinBelowBytes: number): RangeList => {
	const merged: ByteRange[] = [];
	for (const range of [...ranges].sort((a, b) => a.offset - b.offset)) {
		const last = merged.at(-1);
		if (last && range.offset - (last.offset + last.length) < joinBelowBytes) {
			merged[merged.length - 1] = {offset: last.offset, length: range.offset + range.length - last.offset};
		} else {
			merged.push(range);
		}
	}

	return {
		listed: merged.slice(0, listedRanges),
		count: merged.length,
		bytes: merged.reduce((sum, {length}) => sum + length, 0),
	};
};

test('nothing collected is an empty list', t => {
	const collector = createRangeCollector(1);
	t.deepEqual(collector.list(), {listed: [], count: 0, bytes: 0});
	collector.add(0, []);
	t.deepEqual(collector.list(), {listed: [], count: 0, bytes: 0});
});

test('parts that come out of order are listed in order, and those that touch are joined', t => {
	const collector = createRangeCollector(1);
	collector.add(2, [{offset: 200, length: 10}]);
	collector.add(0, [{offset: 90, length: 10}]);
	t.is(collector.list().count, 2);
	collector.add(1, [{offset: 100, length: 100}]);
	t.deepEqual(collector.list(), {listed: [{offset: 90, length: 120}], count: 1, bytes: 120});
});

test('a thousand ranges are listed and all are counted', t => {
	const collector = createRangeCollector(1);
	for (let index = 2999; index >= 0; index -= 1) {
		collector.add(index, [{offset: index * 10, length: 3}]);
	}

	const {listed, count, bytes} = collector.list();
	t.is(listed.length, 1000);
	t.deepEqual(listed.at(-1), {offset: 9990, length: 3});
	t.is(count, 3000);
	t.is(bytes, 9000);
});

test('collects what sorting all ranges gives, in any order and with more ranges than are listed', t => {
	const steps = fc.array(fc.tuple(fc.integer({min: 0, max: 3}), fc.integer({min: 1, max: 5})), {
		maxLength: 3000,
		size: 'max',
	});
	fc.assert(
		fc.property(steps, fc.constantFrom(1, 2, 3), fc.integer(), (gaps, joinBelowBytes, order) => {
			let offset = 0;
			const ranges = gaps.map(([gap, length]) => {
				const range = {offset: offset + gap, length};
				offset += gap + length;
				return range;
			});
			const parts = Map.groupBy(ranges, ({offset: at}) => Math.floor(at / 40));
			const indexes = Array.from({length: Math.floor(offset / 40) + 1}, (_, index) => index);
			const shuffled = indexes.toSorted((a, b) => ((a * 7919 + order) % 101) - ((b * 7919 + order) % 101));
			const collector = createRangeCollector(joinBelowBytes);
			for (const index of shuffled) {
				collector.add(index, parts.get(index) ?? []);
			}

			t.deepEqual(collector.list(), naive(ranges, joinBelowBytes));
		}),
		{numRuns: 200},
	);
});
