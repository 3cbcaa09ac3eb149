import test from 'ava';
import {createPace} from '../../../src/erasers/zero-range/pace.ts';

const MiB = 1024 ** 2;
const TiB = 1024 ** 4;

/** Zeroes a device of so many bytes a second, with one bad byte or none; the ranges in order, and the block it stopped at. */
const zero = (totalBytes: number, bytesPerSecond: number, bad = -1) => {
	const pace = createPace(totalBytes);
	const lengths: number[] = [];
	for (let position = 0; position < totalBytes; ) {
		const range = pace.next(position);
		lengths.push(range.length);
		if (bad >= position && bad < position + range.length) {
			if (pace.failed(range)) {
				return {lengths, stoppedAt: range};
			}
		} else {
			pace.took(range, (range.length / bytesPerSecond) * 1000);
			position += range.length;
		}
	}

	return {lengths, stoppedAt: undefined};
};

test('few processes zero a fast device, and each takes about a second', t => {
	const {lengths} = zero(TiB, 20 * 1024 * MiB);
	t.true(lengths.length < 100, String(lengths.length));
	t.is(
		lengths.reduce((sum, length) => sum + length),
		TiB,
	);
	t.true(Math.max(...lengths) <= 32 * 1024 * MiB);
	t.true(zero(16 * TiB, TiB).lengths.length < 300);
});

test('a slow device is asked for less', t => {
	const {lengths} = zero(64 * MiB, MiB);
	t.true(lengths.slice(2).every(length => length <= 2 * MiB));
});

test('a range ends with the device, and where a block ends', t => {
	t.deepEqual(createPace(3 * MiB + 512).next(0), {offset: 0, length: 3 * MiB + 512});
	t.deepEqual(createPace(64 * MiB).next(MiB + 512), {offset: MiB + 512, length: 4 * MiB - 512});
});

test('a bad byte is found down to its block, with two processes for each halving', t => {
	for (const bad of [0, 5 * MiB, 777 * MiB + 3, 1024 * MiB - 1]) {
		const {lengths, stoppedAt} = zero(1024 * MiB, 20 * 1024 * MiB, bad);
		t.deepEqual(stoppedAt, {offset: bad - (bad % MiB), length: MiB});
		t.true(lengths.length < 30, String(lengths.length));
	}
});
