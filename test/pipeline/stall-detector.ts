import test from 'ava';
import type {Answer} from '../../src/pipeline/answering-device.ts';
import {createStallDetector, type StallNews} from '../../src/pipeline/stall-detector.ts';
import type {StallLimits} from '../../src/steps/stalls/limits.ts';

const usual: StallLimits = {
	stallSeconds: 120,
	slowBytesPerSecond: 262_144,
	slowSeconds: 300,
	giveUpSeconds: 1800,
};

type News = readonly [atSecond: number, what: StallNews['what'], seconds: number, bytesPerSecond: number];

/** What is said, looked at each second, where `bytesAt` was counted. */
const watch = (
	bytesAt: (second: number) => number,
	seconds: number,
	limits: Partial<StallLimits> = {},
	answerAt: (second: number) => Answer | undefined = () => undefined,
): readonly News[] => {
	const detector = createStallDetector({...usual, ...limits}, 5000);
	const said: News[] = [];
	for (let second = 1; second <= seconds; second += 1) {
		detector.count(bytesAt(second));
		const answer = answerAt(second);
		if (answer) {
			detector.answer(answer);
		}

		const news = detector.look(5000 + second * 1000);
		if (news) {
			said.push([second, news.what, news.seconds, news.bytesPerSecond]);
		}
	}

	return said;
};

const mib = 1024 ** 2;

test('a device that goes on is not stalled', t => {
	t.deepEqual(
		watch(second => second * 100 * mib, 4000),
		[],
	);
});

test('a device at the floor is not stalled', t => {
	t.deepEqual(
		watch(second => second * 262_144, 4000),
		[],
	);
});

test('silence is told of at two minutes, at each doubling, and given up once', t => {
	const said = watch(() => 0, 2500, {slowBytesPerSecond: 0});
	t.deepEqual(said, [
		[120, 'stalled', 120, 0],
		[240, 'stalled', 240, 0],
		[480, 'stalled', 480, 0],
		[960, 'stalled', 960, 0],
		[1800, 'given-up', 1800, 0],
	]);
});

test('silence counts from the last byte', t => {
	const said = watch(second => Math.min(second, 1000) * mib, 1200);
	t.deepEqual(
		said.map(([, what, , rate]) => [what, rate]),
		[['stalled', 0]],
	);
	// A count is dated with the last time that was looked.
	t.true(Math.abs((said[0]?.[0] ?? 0) - 1120) <= 1);
});

test('a device that goes on after a stall has recovered, and can stall again', t => {
	const bytesAt = (second: number) => mib * 100 * (second < 200 ? 1 : Math.min(second, 400));
	const said = watch(bytesAt, 600, {slowBytesPerSecond: 0});
	t.deepEqual(
		said.map(([second, what]) => [Math.round(second / 5) * 5, what]),
		[
			[120, 'stalled'],
			[200, 'recovered'],
			[520, 'stalled'],
		],
	);
});

test('a rate below the floor is a stall from the start of the window that shows it', t => {
	const said = watch(second => second * 1000, 2000);
	t.deepEqual(said, [
		[300, 'stalled', 300, 1000],
		[600, 'stalled', 600, 1000],
		[1200, 'stalled', 1200, 1000],
		[1800, 'given-up', 1800, 1000],
	]);
});

test('a byte now and then does not hide a stall', t => {
	const said = watch(second => Math.floor(second / 119), 4000);
	t.deepEqual(
		said.map(([, what]) => what),
		['stalled', 'stalled', 'stalled', 'given-up'],
	);
	t.true(said.every(([, , , rate]) => rate === 1 || rate === 0));
});

test('slowness that ends is over once the window has the floor again', t => {
	const bytesAt = (second: number) => (second < 400 ? second * 1000 : 400_000 + (second - 400) * 10 * mib);
	const said = watch(bytesAt, 1000);
	t.deepEqual(
		said.map(([, what]) => what),
		['stalled', 'recovered'],
	);
	const [, [recoveredAt = 0] = []] = said;
	t.true(recoveredAt > 400 && recoveredAt < 412, `${recoveredAt}`);
});

test('a floor of 0 calls nothing slow', t => {
	t.deepEqual(
		watch(second => second, 4000, {slowBytesPerSecond: 0}),
		[],
	);
});

test('a time in which nobody could count is no stall', t => {
	const detector = createStallDetector(usual, 0);
	detector.count(1);
	t.is(detector.look(1000), undefined);
	// The machine slept for an hour.
	t.is(detector.look(3_601_000), undefined);
	detector.count(2);
	t.is(detector.look(3_602_000), undefined);
	// A clock that goes back does no harm.
	t.is(detector.look(0), undefined);
});

test('a limit below the time that a stall takes to be seen gives it up at once', t => {
	t.deepEqual(
		watch(() => 0, 200, {giveUpSeconds: 10, slowBytesPerSecond: 0}),
		[[120, 'given-up', 120, 0]],
	);
});

const bothAnswers: readonly Answer[] = ['done', 'failed'];

for (const answer of bothAnswers) {
	test(`a device that makes no byte is told of, but not given up while it answers: ${answer}`, t => {
		const said = watch(
			() => 0,
			20_000,
			{},
			second => (second % 100 === 0 ? answer : undefined),
		);
		t.deepEqual(
			said.map(([second, what]) => [second, what]),
			[120, 240, 480, 960, 1920, 3840, 7680, 15_360].map(second => [second, 'stalled']),
		);
	});
}

test('a device that answers no more is given up that long after its last answer', t => {
	const said = watch(
		() => 0,
		9000,
		{},
		second => (second <= 5000 ? 'failed' : undefined),
	);
	const givenUp = said.filter(([, what]) => what === 'given-up');
	// An answer is dated with the last time that was looked.
	t.deepEqual(givenUp, [[6799, 'given-up', 6799, 0]]);
});

test('a slow device is given up although its writes are answered, but not while some fail', t => {
	const givenUpAt = (answer: Answer) =>
		watch(
			second => second * 1000,
			4000,
			{},
			() => answer,
		).find(([, what]) => what === 'given-up')?.[0];
	t.is(givenUpAt('done'), 1800);
	t.is(givenUpAt('failed'), undefined);
});

test('it says whether the device answers, and for how long that is waited for', t => {
	const detector = createStallDetector(usual, 0);
	const lookUntil = (from: number, to: number) => {
		let last: StallNews | undefined;
		for (let second = from; second <= to; second += 1) {
			last = detector.look(second * 1000) ?? last;
		}

		return last;
	};
	lookUntil(1, 110);
	detector.answer('failed');
	t.like(lookUntil(111, 120), {what: 'stalled', seconds: 120, answers: true, giveUpSeconds: 1790});
	t.like(lookUntil(121, 240), {what: 'stalled', seconds: 240, answers: false, giveUpSeconds: 1670});
});
