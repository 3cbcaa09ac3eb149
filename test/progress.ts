import test from 'ava';
import fc from 'fast-check';
import {
	createProgress,
	formatBytes,
	formatDuration,
	formatEta,
	formatPercent,
	formatRate,
	parseBytes,
} from '../src/progress.ts';

const start = (totalBytes: number, minIntervalMs = 0) => {
	const clock = {ms: 0};
	return {
		clock,
		progress: createProgress({monotonicMs: () => clock.ms, totalBytes, intervalMs: () => minIntervalMs}),
	};
};

test('updates that come too soon are dropped, the last byte never', t => {
	const {clock, progress} = start(1000, 100);
	t.is(progress.update(1)?.bytes, 1);
	clock.ms = 99;
	t.is(progress.update(2), undefined);
	clock.ms = 100;
	t.is(progress.update(3)?.bytes, 3);
	clock.ms = 101;
	t.deepEqual(progress.update(1000), {bytes: 1000, totalBytes: 1000, bytesPerSecond: 9901, etaSeconds: 0});
});

test('without a rate there is no time left to tell', t => {
	const {progress} = start(1000);
	t.deepEqual(progress.update(0), {bytes: 0, totalBytes: 1000, bytesPerSecond: 0, etaSeconds: null});
});

test('the rate is that of the last ten seconds, not the mean since the start', t => {
	const {clock, progress} = start(1e9);
	let bytes = 0;
	for (let second = 1; second <= 60; second += 1) {
		clock.ms = second * 1000;
		bytes += second <= 40 ? 10_000_000 : 1_000_000;
		const rate = progress.update(bytes)?.bytesPerSecond;
		if (second === 40) {
			t.is(rate, 10_000_000);
		}

		if (second >= 50) {
			t.is(rate, 1_000_000);
		}
	}

	t.is(progress.update(bytes)?.etaSeconds, 580);
});

test('thousands of updates a second do not shorten the window', t => {
	const {clock, progress} = start(1e9);
	let last = progress.update(0);
	for (let ms = 1; ms <= 20_000; ms += 1) {
		clock.ms = ms;
		last = progress.update(ms <= 15_000 ? ms * 1000 : 15_000_000);
	}

	t.true(Math.abs((last?.bytesPerSecond ?? 0) - 500_000) < 25_000);
});

test('counts that come once a minute still have a rate', t => {
	const {clock, progress} = start(1e9);
	for (let minute = 1; minute <= 5; minute += 1) {
		clock.ms = minute * 60_000;
		t.is(progress.update(minute * 6_000_000)?.bytesPerSecond, 100_000);
	}
});

test('bytes never go back and never pass the total, the rate is never negative, whatever the clock does', t => {
	const moves = fc.array(
		fc.tuple(fc.integer({min: -50_000, max: 50_000}), fc.integer({min: -100, max: 1000})),
		{maxLength: 80},
	);
	fc.assert(
		fc.property(moves, steps => {
			const {clock, progress} = start(20_000);
			let counted = 0;
			let before = 0;
			for (const [ms, bytes] of steps) {
				clock.ms += ms;
				counted += bytes;
				const now = progress.update(counted);
				t.true(now !== undefined && now.bytes >= before && now.bytes <= 20_000);
				t.true(now !== undefined && Number.isFinite(now.bytesPerSecond) && now.bytesPerSecond >= 0);
				before = now?.bytes ?? before;
			}
		}),
	);
});

test('a clock that went back does not silence it', t => {
	const {clock, progress} = start(1000, 100);
	clock.ms = 1_000_000;
	progress.update(1);
	clock.ms = 0;
	t.truthy(progress.update(2));
	clock.ms = 100;
	t.is(progress.update(12)?.bytesPerSecond, 100);
});

for (const [bytes, text] of [
	[0, '0 B'],
	[1023, '1023 B'],
	[1024, '1 KiB'],
	[1536, '1.5 KiB'],
	[1024 ** 2 - 1, '1023 KiB'],
	[188_743_680, '180 MiB'],
	[4 * 1024 ** 3, '4 GiB'],
	[4 * 1024 ** 3 - 1, '3.9 GiB'],
	[29_313_000_000, '27.2 GiB'],
	[20 * 1024 ** 5, '20 PiB'],
	[3000 * 1024 ** 5, '3000 PiB'],
] as const) {
	test(`${bytes} bytes are shown as ${text}`, t => {
		t.is(formatBytes(bytes), text);
	});
}

for (const [ms, text] of [
	[0, '0 s'],
	[30, '30 ms'],
	[1000, '1 s'],
	[42_400, '42 s'],
	[85_000, '1 min 25 s'],
	[59_700, '1 min 00 s'],
	[3_900_000, '1 h 05 min'],
	[100_800_000, '1 d 04 h'],
] as const) {
	test(`${ms} ms are shown as ${text}`, t => {
		t.is(formatDuration(ms), text);
	});
}

test('rates, percentages and the time left', t => {
	t.is(formatRate(1024 ** 3 * 1.25), '1.2 GiB/s');
	t.is(formatPercent(999, 1000), '99 %');
	t.is(formatPercent(1000, 1000), '100 %');
	t.is(formatPercent(0, 0), '0 %');
	t.is(formatEta(85), '1 min 25 s left');
	t.is(formatEta(null), 'time left unknown');
});

for (const [text, bytes] of [
	['512', 512],
	['1B', 1],
	['256MiB', 256 * 1024 ** 2],
	['4GiB', 4 * 1024 ** 3],
	['4 gib', 4 * 1024 ** 3],
	['1.5GiB', 1.5 * 1024 ** 3],
	['1GB', 1e9],
	['1.1GB', 1.1e9],
	['2TiB', 2 * 1024 ** 4],
	['10kb', 10_000],
	['1.5', undefined],
	['0', undefined],
	['-1', undefined],
	['', undefined],
	['GiB', undefined],
	['4GiBs', undefined],
	['4 G', undefined],
	['1e9', undefined],
	['99999999TiB', undefined],
] as const) {
	test(`"${text}" is parsed as ${bytes}`, t => {
		t.is(parseBytes(text), bytes);
	});
}
