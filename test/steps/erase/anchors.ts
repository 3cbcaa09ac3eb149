import test from 'ava';
import {SanitizeError} from '../../../src/errors.ts';
import {createAnchors} from '../../../src/steps/erase/anchors.ts';

const settle = async () => new Promise(resolve => setImmediate(resolve));

/** A device whose syncs end when they are told to, and a clock. */
const slowDevice = () => {
	const ends: Array<{resolve: () => void; reject: (error: Error) => void}> = [];
	const clock = {ms: 0};
	return {
		ends,
		clock,
		monotonicMs: () => clock.ms,
		sync: async () => new Promise<void>((resolve, reject) => ends.push({resolve, reject})),
	};
};

test('what was reached is durable when a sync that began after it has ended, not before', async t => {
	const {sync, ends, clock, monotonicMs} = slowDevice();
	const anchors = createAnchors('/dev/x', {sync, from: 0, monotonicMs});
	clock.ms = 1500;
	anchors.reach(100);
	anchors.reach(200);
	t.is(ends.length, 1);
	t.is(anchors.durableBytes(), 0);
	ends[0]?.resolve();
	await settle();
	t.is(anchors.durableBytes(), 100);
});

test('nothing is made durable in the first second, nor what is durable already', async t => {
	const {sync, ends, clock, monotonicMs} = slowDevice();
	const anchors = createAnchors('/dev/x', {sync, from: 4096, monotonicMs});
	anchors.reach(8192);
	clock.ms = 999;
	anchors.reach(8192);
	clock.ms = 2000;
	anchors.reach(4096);
	t.is(ends.length, 0);
	t.is(anchors.durableBytes(), 4096);
	await anchors.end();
});

test('a drive that takes long is asked seldom: at most a fiftieth of the time', async t => {
	const {sync, ends, clock, monotonicMs} = slowDevice();
	const anchors = createAnchors('/dev/x', {sync, from: 0, monotonicMs});
	clock.ms = 1000;
	anchors.reach(1);
	clock.ms = 1200;
	ends[0]?.resolve();
	await settle();
	for (clock.ms = 1300; clock.ms < 11_200; clock.ms += 100) {
		anchors.reach(2);
	}

	t.is(ends.length, 1);
	clock.ms = 11_200;
	anchors.reach(2);
	t.is(ends.length, 2);
});

test('a sync that failed once is told at the end, although a later one would not', async t => {
	const {sync, ends, clock, monotonicMs} = slowDevice();
	const anchors = createAnchors('/dev/x', {sync, from: 0, monotonicMs});
	clock.ms = 1000;
	anchors.reach(100);
	ends[0]?.reject(new SanitizeError('SYNC_FAILED', 'lost'));
	await settle();
	clock.ms = 100_000;
	anchors.reach(200);
	t.is(ends.length, 1);
	t.is(anchors.durableBytes(), 0);
	await t.throwsAsync(anchors.end(), {
		instanceOf: SanitizeError,
		message: /^making the writes to \/dev\/x durable: lost$/,
	});
});

test('the end waits for what is under way', async t => {
	const {sync, ends, clock, monotonicMs} = slowDevice();
	const anchors = createAnchors('/dev/x', {sync, from: 0, monotonicMs});
	clock.ms = 1000;
	anchors.reach(100);
	let hasEnded = false;
	const end = (async () => {
		await anchors.end();
		hasEnded = true;
	})();
	await settle();
	t.false(hasEnded);
	ends[0]?.resolve();
	await end;
	t.is(anchors.durableBytes(), 100);
});

test('without a program that does it nothing is durable, and nothing has failed', async t => {
	const {clock, monotonicMs} = slowDevice();
	const sync = async () => {
		throw new SanitizeError('TOOL_MISSING', 'sync: not found');
	};
	const anchors = createAnchors('/dev/x', {sync, from: 0, monotonicMs});
	clock.ms = 1000;
	anchors.reach(100);
	await anchors.end();
	t.is(anchors.durableBytes(), 0);
});
