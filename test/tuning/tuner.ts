import test from 'ava';
import fc from 'fast-check';
import {type Limits, limitsFor, type Rate, type Setting} from '../../src/tuning/settings.ts';
import {createTuner} from '../../src/tuning/tuner.ts';
import {memoryFacts} from '../_helpers/plan.ts';

const mebibyte = 1024 ** 2;

const limits = (changes: Partial<Limits> = {}): Limits => ({
	rotational: false,
	maxBytesInFlight: 64 * mebibyte,
	minBlockBytes: mebibyte / 4,
	maxBlockBytes: 16 * mebibyte,
	...changes,
});

interface Played {
	readonly setting: Setting;
	readonly trials: readonly Rate[];
	readonly seconds: number;
}

/** A device that moves so many bytes a second with each setting, on a clock of its own. */
const play = (given: Limits, bytesPerSecond: (setting: Setting) => number): Played => {
	let nowMs = 0;
	const tuner = createTuner(given, () => nowMs);
	for (let blocks = 0; blocks < 20_000; blocks += 1) {
		const setting = tuner.setting();
		nowMs += (setting.blockBytes / bytesPerSecond(setting)) * 1000;
		tuner.done(setting, setting.blockBytes);
	}

	return {setting: tuner.setting(), trials: tuner.trials(), seconds: nowMs / 1000};
};

const gigabyte = 1e9;

test('a device that does not care gets long blocks and no deep queue', t => {
	const {setting} = play(limits(), () => 2 * gigabyte);
	t.deepEqual(setting, {blockBytes: 16 * mebibyte, inFlight: 4});
});

test('a device that works best on one at a time gets one', t => {
	const {setting} = play(limits(), ({inFlight}) => gigabyte / inFlight);
	t.deepEqual(setting, {blockBytes: 16 * mebibyte, inFlight: 1});
});

test('where memory does not reach, longer blocks are fewer', t => {
	const {setting} = play(limits({maxBytesInFlight: 16 * mebibyte}), ({blockBytes}) => gigabyte + blockBytes);
	t.deepEqual(setting, {blockBytes: 8 * mebibyte, inFlight: 2});
});

test('a shallower queue that is only as good is left alone: with chance it comes out so', t => {
	const {setting} = play(limits({maxBlockBytes: 4 * mebibyte}), () => 2 * gigabyte);
	t.deepEqual(setting, {blockBytes: 4 * mebibyte, inFlight: 4});
});

test('a device that needs many at once gets them, as far as memory goes', t => {
	const {setting} = play(limits({maxBlockBytes: mebibyte}), ({inFlight}) => inFlight * 100e6);
	t.deepEqual(setting, {blockBytes: mebibyte, inFlight: 32});
	const small = play(
		limits({maxBlockBytes: mebibyte, maxBytesInFlight: 8 * mebibyte}),
		({inFlight}) => inFlight * 100e6,
	);
	t.deepEqual(small.setting, {blockBytes: mebibyte, inFlight: 8});
});

test('a device that is slow with long blocks gets short ones', t => {
	const {setting} = play(limits(), ({blockBytes}) => gigabyte / (blockBytes / mebibyte));
	t.is(setting.blockBytes, mebibyte / 4);
});

test('what a slow device has under way is done in half a second', t => {
	for (const rate of [1e6, 2e6, 4e6, 5e6, 8e6, 10e6, 20e6]) {
		const {setting} = play(limits(), () => rate);
		t.true(setting.blockBytes * setting.inFlight <= rate / 2, `${rate}`);
	}
});

test('whatever comes of the trials, they end, stay within the limits, and the best stays', t => {
	const rate = fc.integer({min: 2e8, max: 1e10});
	fc.assert(
		fc.property(fc.array(rate, {minLength: 32, maxLength: 32}), fc.boolean(), (rates, rotational) => {
			const given = limits({rotational});
			const {setting, trials} = play(
				given,
				({blockBytes, inFlight}) =>
					rates[(Math.log2(blockBytes) * 5 + Math.log2(inFlight)) % rates.length] ?? 2e8,
			);
			t.true(trials.length > 0 && trials.length <= 12);
			for (const tried of [setting, ...trials]) {
				t.true(tried.blockBytes >= mebibyte / 4 && tried.blockBytes <= 16 * mebibyte);
				t.true(tried.inFlight >= 1 && tried.inFlight <= 32 && Number.isInteger(tried.inFlight));
				t.true(tried.blockBytes * tried.inFlight <= given.maxBytesInFlight);
			}

			const best = Math.max(...trials.map(({bytesPerSecond}) => bytesPerSecond));
			const own = trials.find(
				({blockBytes, inFlight}) => blockBytes === setting.blockBytes && inFlight === setting.inFlight,
			);
			// Longer blocks may give away three percent, and what is not better by ten is not taken.
			t.true((own?.bytesPerSecond ?? 0) >= (best * 0.97 ** trials.length) / 1.1);
		}),
		{numRuns: 200},
	);
});

test('blocks of another setting than the one on trial say nothing about it', t => {
	let nowMs = 0;
	const tuner = createTuner(limits(), () => nowMs);
	for (let blocks = 0; blocks < 100; blocks += 1) {
		nowMs += 10;
		tuner.done({blockBytes: mebibyte, inFlight: 4}, mebibyte);
	}

	t.deepEqual(tuner.trials(), []);
});

test('limits come from the device', t => {
	const facts = memoryFacts({totalBytes: 1024 ** 4, rotational: true});
	t.deepEqual(limitsFor(facts, 64 * mebibyte), limits({rotational: true}));
	const queue = {maxTransferBytes: 1280 * 1024, maxWriteZeroesBytes: 0};
	t.is(limitsFor({...facts, queue}, 64 * mebibyte).minBlockBytes, mebibyte);
	t.is(limitsFor({...facts, totalBytes: 512}, 64 * mebibyte).maxBlockBytes, mebibyte);
	t.is(limitsFor({...facts, totalBytes: 100 * mebibyte}, 64 * mebibyte).maxBlockBytes, 4 * mebibyte);
	t.deepEqual(createTuner(limitsFor(facts, 3 * mebibyte)).setting(), {blockBytes: mebibyte, inFlight: 2});
});
