import test from 'ava';
import fc from 'fast-check';
import type {ByteRange} from '../../../src/devices/device.ts';
import {createBadRanges} from '../../../src/erasers/writing/bad-ranges.ts';
import {createRangeCollector} from '../../../src/ranges.ts';

test('what is left when it was tried again is listed, joined across blocks', async t => {
	const bad = createBadRanges();
	bad.add([{offset: 100, length: 10}]);
	bad.add([
		{offset: 110, length: 10},
		{offset: 130, length: 10},
	]);
	const tried: ByteRange[] = [];
	t.is(bad.heldBytes(), 30);
	await bad.retry(async ranges => {
		tried.push(...ranges);
		return ranges.filter(({offset}) => offset !== 130);
	});
	t.is(bad.heldBytes(), 20);
	t.deepEqual(
		tried.map(({offset}) => offset),
		[100, 110, 130],
	);
	t.deepEqual(bad.list(), {listed: [{offset: 100, length: 20}], count: 1, bytes: 20});
});

test('nothing bad, nothing tried', async t => {
	const bad = createBadRanges();
	await bad.retry(async () => t.fail() as never);
	t.deepEqual(bad.list(), {listed: [], count: 0, bytes: 0});
});

test('what finds no room is counted in its place, though not tried again', async t => {
	const blocks = fc.array(fc.integer({min: 0, max: 4}), {maxLength: 30});
	await fc.assert(
		fc.asyncProperty(blocks, fc.integer({min: 0, max: 20}), async (counts, limit) => {
			const bad = createBadRanges(limit);
			const all = createRangeCollector(1);
			for (const [index, count] of counts.entries()) {
				const ranges = Array.from({length: count}, (_, at) => ({offset: index * 100 + at * 20, length: 5}));
				bad.add(ranges);
				all.add(index, ranges);
			}

			let tried = 0;
			await bad.retry(async ranges => {
				tried += ranges.length;
				return ranges;
			});
			t.deepEqual(bad.list(), all.list());
			t.true(tried <= limit);
		}),
	);
});
