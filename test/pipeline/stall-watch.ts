import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {SanitizeError} from '../../src/errors.ts';
import type {StallNews} from '../../src/pipeline/stall-detector.ts';
import {type StallWatch, type Watched, watchStalls} from '../../src/pipeline/stall-watch.ts';

const limits = {stallSeconds: 1, slowBytesPerSecond: 0, slowSeconds: 300, giveUpSeconds: 2};

const watchOf = (changes: Partial<StallWatch> = {}) => {
	const told: Array<readonly [StallNews['what'], string | null]> = [];
	const watch: StallWatch = {
		limits,
		path: '/dev/sdz',
		isWriting: true,
		signal: new AbortController().signal,
		monotonicMs: () => performance.now(),
		findCause: async () => 'it was pulled',
		onNews: ({what}, cause) => void told.push([what, cause]),
		hint: 'go on with: zeroize resume JOURNAL',
		abandonMs: 300,
		...changes,
	};
	return {watch, told};
};

const never = async () => new Promise<never>(() => {});

test('what ends in time is returned, and nothing is told', async t => {
	const {watch, told} = watchOf();
	t.is(await watchStalls(async () => 'done', watch), 'done');
	t.deepEqual(told, []);
});

test('what never ends is told to stop, and left after a while', async t => {
	const {watch, told} = watchOf();
	let watched: Watched | undefined;
	const error = await t.throwsAsync(
		watchStalls(async given => {
			watched = given;
			return never();
		}, watch),
		{instanceOf: SanitizeError},
	);
	t.is(error?.code, 'STALLED');
	t.regex(
		error?.message ?? '',
		/^\/dev\/sdz made no progress for 2 s and was given up \(likely cause: it was pulled\); \/dev\/sdz did not answer for 300 ms after it was told to stop: what was under way may still be written$/,
	);
	t.is(error?.hint, 'go on with: zeroize resume JOURNAL');
	t.deepEqual(told, [
		['stalled', 'it was pulled'],
		['given-up', 'it was pulled'],
	]);
	t.true(watched?.signal.aborted);
	t.false(watched?.isAwaited());
});

test('what stops when it is told to says so itself', async t => {
	const {watch} = watchOf({isWriting: false});
	const error = await t.throwsAsync(
		watchStalls(async ({signal}) => {
			await sleep(10_000, undefined, {signal}).catch(() => {});
			throw new SanitizeError('INTERRUPTED', 'it was stopped after 7 bytes');
		}, watch),
	);
	t.regex(
		error?.message ?? '',
		/and was given up \(likely cause: it was pulled\); it was stopped after 7 bytes$/,
	);
});

test('what goes wrong by itself after that is not called a stall', async t => {
	const {watch} = watchOf();
	await t.throwsAsync(
		watchStalls(async ({signal}) => {
			await sleep(10_000, undefined, {signal}).catch(() => {});
			throw new SanitizeError('DEVICE_CHANGED', 'it has gone');
		}, watch),
		{message: 'it has gone'},
	);
});

test('what goes on again is told of, and is not given up', async t => {
	const {watch, told} = watchOf({limits: {...limits, giveUpSeconds: 60}, findCause: async () => null});
	await watchStalls(async ({count}) => {
		count(1);
		await sleep(1700);
		count(2);
		await sleep(500);
	}, watch);
	t.deepEqual(told, [
		['stalled', null],
		['recovered', null],
	]);
});

test('a run that is interrupted ends although the device hangs', async t => {
	const controller = new AbortController();
	const {watch, told} = watchOf({signal: controller.signal, limits: undefined});
	const reason = new SanitizeError('TERMINATED', 'interrupted by SIGTERM', {hint: 'resume it'});
	setTimeout(() => controller.abort(reason), 50);
	const error = await t.throwsAsync(watchStalls(never, watch), {instanceOf: SanitizeError});
	t.is(error?.code, 'TERMINATED');
	t.regex(error?.message ?? '', /did not answer for 300 ms after it was told to stop/);
	t.deepEqual(told, []);
});

test('a run that was interrupted before ends as well', async t => {
	const signal = AbortSignal.abort(new SanitizeError('INTERRUPTED', 'interrupted by SIGINT'));
	const {watch} = watchOf({signal});
	await t.throwsAsync(watchStalls(never, watch), {message: /did not answer/});
});
