import {randomBytes} from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import type {ByteRange} from '../../src/devices/device.ts';
import {findNonZero} from '../../src/verification/zeros.ts';

const naive = (data: Uint8Array, position: number, sectorBytes: number): ByteRange[] => {
	const ranges: ByteRange[] = [];
	let zeros = sectorBytes;
	for (const [index, byte] of data.entries()) {
		if (byte === 0) {
			zeros += 1;
			continue;
		}

		const last = ranges.at(-1);
		if (last && zeros < sectorBytes) {
			ranges[ranges.length - 1] = {offset: last.offset, length: position + index + 1 - last.offset};
		} else {
			ranges.push({offset: position + index, length: 1});
		}

		zeros = 0;
	}

	return ranges;
};

test('three bytes in a megabyte of zeros are found exactly', t => {
	const data = new Uint8Array(1024 * 1024);
	data.set([1, 2, 3], 1000);
	t.deepEqual(findNonZero(data, 0, 512), [{offset: 1000, length: 3}]);
	t.deepEqual(findNonZero(data, 4096, 512), [{offset: 5096, length: 3}]);
});

test('zeros have no ranges', t => {
	t.deepEqual(findNonZero(new Uint8Array(1024 * 1024), 0, 512), []);
	t.deepEqual(findNonZero(new Uint8Array(0), 0, 512), []);
});

test('random data is one range, whatever zeros are in it', t => {
	const data = randomBytes(1024 * 1024);
	data[0] = 1;
	data[data.length - 1] = 1;
	t.deepEqual(findNonZero(data, 0, 512), [{offset: 0, length: data.length}]);
});

for (const [gapBytes, ranges] of [
	[511, 1],
	[512, 2],
] as const) {
	test(`${gapBytes} zeros between two bytes make ${ranges} of them`, t => {
		for (const start of [0, 100, 511, 65_000, 65_535]) {
			const data = new Uint8Array(131_072);
			data[start] = 1;
			data[start + gapBytes + 1] = 1;
			t.is(findNonZero(data, 0, 512).length, ranges);
		}
	});
}

test('finds what a byte by byte search finds', t => {
	const poke = fc.record({
		at: fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}),
		bytes: fc.uint8Array({maxLength: 40}),
	});
	const data = fc.record({
		length: fc.oneof(fc.integer({min: 0, max: 5000}), fc.integer({min: 65_000, max: 140_000})),
		pokes: fc.array(poke, {maxLength: 12}),
		sectorBytes: fc.constantFrom(512, 4096),
		position: fc.integer({min: 0, max: 1000}).map(sector => sector * 4096),
	});
	fc.assert(
		fc.property(data, ({length, pokes, sectorBytes, position}) => {
			const bytes = new Uint8Array(length);
			for (const {at, bytes: poked} of pokes) {
				const offset = Math.floor(at * length);
				bytes.set(poked.subarray(0, length - offset), offset);
			}

			t.deepEqual(findNonZero(bytes, position, sectorBytes), naive(bytes, position, sectorBytes));
		}),
		{numRuns: 300},
	);
});
