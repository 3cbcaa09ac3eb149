import {randomBytes} from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {keyStream} from '../../src/content/key-stream.ts';
import {type Content, repeated, zeros} from '../../src/content.ts';
import type {ByteRange} from '../../src/devices/device.ts';
import {finderOf} from '../../src/verification/finder.ts';
import {findNonZero} from '../../src/verification/zeros.ts';

const key = randomBytes(32).toString('hex');

const stream: Content = {kind: 'aes-256-ctr', key};

/** What stands there, without what is tested. */
const written = (content: Content, position: number, length: number): Uint8Array => {
	if (content.kind === 'aes-256-ctr') {
		return Uint8Array.from(keyStream(key, position, length));
	}

	const period = content.kind === 'zeros' ? Buffer.of(0) : Buffer.from(content.hex, 'hex');
	return Uint8Array.from({length}, (_, index) => period[(position + index) % period.length] ?? 0);
};

const naive = (data: Uint8Array, wanted: Uint8Array, position: number, sectorBytes: number): ByteRange[] => {
	const ranges: ByteRange[] = [];
	let same = sectorBytes;
	for (const [index, byte] of data.entries()) {
		if (byte === wanted[index]) {
			same += 1;
			continue;
		}

		const last = ranges.at(-1);
		if (last && same < sectorBytes) {
			ranges[ranges.length - 1] = {offset: last.offset, length: position + index + 1 - last.offset};
		} else {
			ranges.push({offset: position + index, length: 1});
		}

		same = 0;
	}

	return ranges;
};

const contents = [zeros, repeated('ff'), repeated('924924'), repeated('0102030405'), stream];

test('zeros are looked for as ever', t => {
	t.is(finderOf(zeros), findNonZero);
});

const places: ReadonlyArray<readonly [position: number, length: number]> = [
	[0, 1_048_576],
	[1_048_576, 512],
	[512 * 7, 700_001],
	[2 ** 42, 4096],
	[0, 0],
	[16 * 2 ** 32 - 512, 1024],
];

test('what was written has no ranges, wherever it is read, in parts of any length', t => {
	for (const content of contents) {
		const find = finderOf(content);
		for (const [position, length] of places) {
			t.deepEqual(find(written(content, position, length), position, 512), []);
		}
	}
});

test('the content of another place is not what was written', t => {
	t.deepEqual(finderOf(stream)(keyStream(key, 0, 4096), 4096, 512).length, 1);
	t.deepEqual(finderOf(repeated('924924'))(written(repeated('924924'), 0, 512), 512, 512).length, 1);
});

test('zeros in a stream are found, but for those that are its own', t => {
	const data = written(stream, 0, 8192);
	data.fill(0, 1024, 2048);
	const [range, ...others] = finderOf(stream)(data, 0, 512);
	t.deepEqual(others, []);
	t.true(range !== undefined && range.offset >= 1024 && range.offset + range.length <= 2048);
});

test('finds what a byte by byte search finds', t => {
	const poke = fc.record({
		at: fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}),
		bytes: fc.uint8Array({maxLength: 40}),
	});
	const data = fc.record({
		content: fc.constantFrom(...contents),
		length: fc.oneof(fc.integer({min: 0, max: 5000}), fc.integer({min: 65_000, max: 140_000})),
		pokes: fc.array(poke, {maxLength: 12}),
		sectorBytes: fc.constantFrom(512, 4096),
		position: fc.integer({min: 0, max: 1000}).map(sector => sector * 4096),
	});
	fc.assert(
		fc.property(data, ({content, length, pokes, sectorBytes, position}) => {
			const wanted = written(content, position, length);
			const bytes = Uint8Array.from(wanted);
			for (const {at, bytes: poked} of pokes) {
				const offset = Math.floor(at * length);
				bytes.set(poked.subarray(0, length - offset), offset);
			}

			const find = finderOf(content);
			t.deepEqual(find(bytes, position, sectorBytes), naive(bytes, wanted, position, sectorBytes));
		}),
		{numRuns: 200},
	);
});
