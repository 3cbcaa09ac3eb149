import test, {type ExecutionContext} from 'ava';
import type {Device} from '../../src/devices/device.ts';
import {createMemoryDevice} from '../../src/devices/memory.ts';
import dd from '../../src/erasers/dd.ts';
import type {EraseResult} from '../../src/erasers/eraser.ts';
import {createStopper} from '../../src/erasers/tool/stop.ts';
import type {ErrorCode, SanitizeError} from '../../src/errors.ts';
import type {Tools} from '../../src/process.ts';
import {noRanges} from '../../src/ranges.ts';
import {gnuBytes} from '../_helpers/dd-captures.ts';
import {contextOf} from '../_helpers/eraser-run.ts';
import {eraserSuite} from '../_helpers/eraser-suite.ts';
import {type Answer, captured, fakeTools} from '../_helpers/fake-tools.ts';

eraserSuite(test, dd);

test('the documented command, past the page cache and never creating the node', t => {
	const {facts} = device();
	t.deepEqual(dd.command(facts, '/dev/sda'), [
		'dd',
		'if=/dev/zero',
		'of=/dev/sda',
		'bs=1M',
		'conv=fsync,nocreat',
		'oflag=direct',
		'status=progress',
	]);
	t.deepEqual(dd.command({...facts, kind: 'file', totalBytes: 700_001}, '/x'), [
		'dd',
		'if=/dev/zero',
		'of=/x',
		'bs=1M',
		'count=700001',
		'iflag=count_bytes',
		'conv=fsync,nocreat,notrunc',
		'oflag=direct',
		'status=progress',
	]);
});

// Only facts and node matter: the fake dd writes nowhere.
const device = (changes: Partial<Device> = {}): Device => {
	const memory = createMemoryDevice({totalBytes: gnuBytes - (gnuBytes % 512)});
	return {...memory, node: '/dev/zeroize-no-such-node', facts: {...memory.facts, kind: 'loop'}, ...changes};
};

interface Erased {
	readonly result?: EraseResult;
	readonly error?: SanitizeError;
	readonly progress: readonly number[];
	readonly commits: number;
}

const erase = async (
	tools: Tools,
	target: Device = device(),
	{signal = new AbortController().signal, onProgress}: {signal?: AbortSignal; onProgress?: () => void} = {},
): Promise<Erased> => {
	const progress: number[] = [];
	let commits = 0;
	const commit = async () => {
		commits += 1;
	};
	const erasing = dd.erase(contextOf(target, {tools, signal, commit}));
	try {
		for (;;) {
			const next = await erasing.next();
			if (next.done) {
				return {result: next.value, progress, commits};
			}

			progress.push(next.value.writtenBytes);
			onProgress?.();
		}
	} catch (error) {
		return {error: error as SanitizeError, progress, commits};
	}
};

const known = async (version = 'coreutils-9.1-version'): Promise<readonly Answer[]> => [
	{args: '--version', stdout: await captured('dd', version)},
	{args: '*of=/dev/full*', stderr: await captured('dd', 'coreutils-9.1-full'), exitCode: 1},
];

const withEnd = async (t: ExecutionContext, end: Answer) => fakeTools(t, {dd: [...(await known()), end]});

test('dd is asked who it is, tried out, and then run once', async t => {
	const {tools, calls} = await withEnd(t, {
		stderr: await captured('dd', 'coreutils-9.1-enospc'),
		exitCode: 1,
	});
	const {result, progress, commits} = await erase(tools);
	t.deepEqual(result, {
		writtenBytes: gnuBytes,
		unwritable: noRanges,
		tool: {name: 'dd (coreutils)', version: '9.1'},
	});
	t.is(progress.at(-1), gnuBytes);
	t.is(commits, 1);
	t.deepEqual(await calls('dd'), [
		'--version',
		'if=/dev/zero of=/dev/full bs=1M conv=nocreat status=progress',
		'if=/dev/zero of=/dev/zeroize-no-such-node bs=1M conv=fsync,nocreat oflag=direct status=progress',
	]);
});

test('a file whose file system refuses O_DIRECT is written through the page cache', async t => {
	const {tools, calls} = await withEnd(t, {stderr: await captured('dd', 'coreutils-9.1-file')});
	const facts = {...device().facts, kind: 'file', path: '/no/such/file', totalBytes: 700_000} as const;
	const {result} = await erase(tools, device({facts, node: facts.path, isDirect: false}));
	t.is(result?.writtenBytes, 700_000);
	t.is(
		(await calls('dd')).at(-1),
		'if=/dev/zero of=/no/such/file bs=1M count=700000 iflag=count_bytes conv=fsync,nocreat,notrunc status=progress',
	);
});

const failures: ReadonlyArray<readonly [string, Answer, ErrorCode, RegExp]> = [
	['coreutils-9.1-count', {exitCode: 0}, 'ERASER_FAILED', /exit code 0/],
	[
		'coreutils-9.1-sigterm',
		{signal: 'SEGV'},
		'ERASER_FAILED',
		/killed by SIGSEGV after at least 34603008 bytes/,
	],
	[
		'coreutils-9.1-store-full',
		{exitCode: 1},
		'WRITE_INCOMPLETE',
		/no more than 8388608 of its 67109376 bytes/,
	],
];

for (const [name, answer, code, message] of failures) {
	test(`a run of dd that ends like ${name} is a failure after the commit`, async t => {
		const {tools} = await withEnd(t, {...answer, stderr: await captured('dd', name)});
		const {error, commits} = await erase(tools);
		t.is(error?.code, code);
		t.regex(error?.message ?? '', message);
		t.is(commits, 1);
	});
}

const flavours: ReadonlyArray<readonly [string, Answer, RegExp]> = [
	['busybox-1.35.0-version', {exitCode: 1}, /this dd is BusyBox 1\.35\.0, which/],
	['uutils-0.0.17-version', {}, /this dd is uutils 0\.0\.17, which/],
];

for (const [name, answer, message] of flavours) {
	test(`a dd that cannot prove what it wrote is refused before the first write: ${name}`, async t => {
		const text = await captured('dd', name);
		const {tools, calls} = await fakeTools(t, {
			dd: [{...answer, [answer.exitCode ? 'stderr' : 'stdout']: text}],
		});
		const {error, commits} = await erase(tools);
		t.is(error?.code, 'UNSUPPORTED');
		t.regex(error?.message ?? '', message);
		t.regex(error?.hint ?? '', /coreutils/);
		t.is(commits, 0);
		t.deepEqual(await calls('dd'), ['--version']);
	});
}

test('a dd that nobody knows is refused before the first write', async t => {
	const {tools} = await fakeTools(t, {dd: [{stdout: 'dd 1.0 by somebody\n'}]});
	const {error, commits} = await erase(tools);
	t.is(error?.code, 'UNSUPPORTED');
	t.is(commits, 0);
});

test('a dd that calls itself GNU but ends otherwise is refused before the first write', async t => {
	for (const end of [
		'uutils-0.0.17-full',
		'busybox-1.35.0-full',
		'coreutils-9.1-fsync-failed',
		'coreutils-9.1-count',
	]) {
		const version = await captured('dd', 'coreutils-9.1-version');
		const {tools} = await fakeTools(t, {
			dd: [
				{args: '--version', stdout: version},
				{stderr: await captured('dd', end), exitCode: 1},
			],
		});
		const {error, commits} = await erase(tools);
		t.is(error?.code, 'UNSUPPORTED', end);
		t.is(commits, 0);
	}
});

test('memory has no node for dd', async t => {
	const {tools, calls} = await fakeTools(t, {dd: []});
	const {error, commits} = await erase(tools, createMemoryDevice({totalBytes: 512}));
	t.is(error?.code, 'UNSUPPORTED');
	t.is(commits, 0);
	t.deepEqual(await calls('dd'), []);
});

test('a dd that ignores SIGINT is killed, and waited for', async t => {
	const {tools} = await fakeTools(t, {dd: 'stubborn-dd'});
	const controller = new AbortController();
	const {error, progress} = await erase(tools, device(), {
		signal: controller.signal,
		onProgress: () => controller.abort(),
	});
	t.is(error?.code, 'INTERRUPTED');
	t.is(error?.message, 'dd was stopped after at least 1048576 bytes of memory:67109376');
	t.deepEqual(progress, [1_048_576]);
});

test('a dd that not even SIGKILL ends is left after a while, and said to be alive', async t => {
	const signals: string[] = [];
	const ended = new Promise<never>(() => {});
	const stopper = createStopper({ended, kill: signal => signals.push(signal)}, AbortSignal.abort(), {
		graceMs: 20,
		limitMs: 60,
	});
	await stopper.stop();
	t.is(await stopper.gaveUp, undefined);
	t.deepEqual(signals, ['SIGINT', 'SIGKILL']);
	stopper[Symbol.dispose]();
});

test('an erase whose dd cannot be stopped says that it may still write', async t => {
	t.timeout(120_000);
	const {tools} = await withEnd(t, {});
	const controller = new AbortController();
	const forever = new Promise<never>(() => {});
	const hanging: Tools = {
		...tools,
		async stream() {
			setTimeout(() => controller.abort(), 20);
			return {
				stderr: {[Symbol.asyncIterator]: () => ({next: async () => forever})},
				ended: forever,
				kill() {},
			};
		},
	};
	const {error} = await erase(hanging, device(), {signal: controller.signal});
	t.is(error?.code, 'INTERRUPTED');
	t.regex(error?.message ?? '', /cannot be stopped and may still write/);
});
