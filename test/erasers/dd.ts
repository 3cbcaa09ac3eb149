import {readdir} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';
import type {Device} from '../../src/devices/device.ts';
import {createMemoryDevice} from '../../src/devices/memory.ts';
import {createDdReader, type DdReport} from '../../src/erasers/dd/report.ts';
import {createStopper} from '../../src/erasers/dd/stop.ts';
import {isFull, requireEnd} from '../../src/erasers/dd/verdict.ts';
import dd from '../../src/erasers/dd.ts';
import type {EraseResult} from '../../src/erasers/eraser.ts';
import {type ErrorCode, SanitizeError} from '../../src/errors.ts';
import type {Tools} from '../../src/process.ts';
import {eraserSuite} from '../_helpers/eraser-suite.ts';
import {type Answer, captured, fakeTools} from '../_helpers/fake-tools.ts';

eraserSuite(test, dd);

const gnuBytes = 67_109_376;

interface Case {
	readonly name: string;
	readonly report: DdReport;
}

const complaint = (errno: string, doing = 'error writing') => `/usr/bin/dd: ${doing} '/dev/loop0': ${errno}`;
const enospc = complaint('No space left on device');

const reports: readonly Case[] = [
	{name: 'coreutils-9.1-enospc', report: {bytes: gnuBytes, finalBytes: gnuBytes, messages: [enospc]}},
	{name: 'coreutils-9.1-count', report: {bytes: 41_943_040, finalBytes: 41_943_040, messages: []}},
	{name: 'coreutils-9.1-file', report: {bytes: 700_000, finalBytes: 700_000, messages: []}},
	{
		name: 'coreutils-9.1-eio',
		report: {bytes: 37_748_736, finalBytes: 37_748_736, messages: [complaint('Input/output error')]},
	},
	{
		name: 'coreutils-9.1-eio-buffered',
		report: {
			bytes: gnuBytes,
			finalBytes: gnuBytes,
			messages: [enospc, complaint('Input/output error', 'fsync failed for')],
		},
	},
	{name: 'coreutils-9.1-store-full', report: {bytes: 8_388_608, finalBytes: 8_388_608, messages: [enospc]}},
	{
		name: 'coreutils-9.1-store-full-buffered',
		report: {
			bytes: 16_777_216,
			finalBytes: 16_777_216,
			messages: [enospc, complaint('Input/output error', 'fsync failed for')],
		},
	},
	{
		name: 'coreutils-9.1-read-only',
		report: {
			bytes: 0,
			finalBytes: 0,
			messages: [complaint('Operation not permitted'), complaint('Input/output error', 'fsync failed for')],
		},
	},
	{
		name: 'coreutils-9.1-full',
		report: {
			bytes: 0,
			finalBytes: 0,
			messages: ["/usr/bin/dd: error writing '/dev/full': No space left on device"],
		},
	},
	{
		name: 'coreutils-9.1-fsync-failed',
		report: {
			bytes: 0,
			finalBytes: 0,
			messages: [
				"/usr/bin/dd: error writing '/dev/full': No space left on device",
				"/usr/bin/dd: fsync failed for '/dev/full': Invalid argument",
			],
		},
	},
	{
		name: 'coreutils-9.1-missing',
		report: {
			bytes: 0,
			finalBytes: undefined,
			messages: ["/usr/bin/dd: failed to open '/dev/does-not-exist': No such file or directory"],
		},
	},
	{name: 'coreutils-9.1-sigint', report: {bytes: 40_894_464, finalBytes: 40_894_464, messages: []}},
	{name: 'coreutils-9.1-sigterm', report: {bytes: 34_603_008, finalBytes: undefined, messages: []}},
	{name: 'coreutils-9.1-sigusr1', report: {bytes: gnuBytes, finalBytes: gnuBytes, messages: [enospc]}},
	{name: 'uutils-0.0.17-count', report: {bytes: 41_943_040, finalBytes: 41_943_040, messages: []}},
	{name: 'uutils-0.0.17-enospc', report: {bytes: 1_048_576, finalBytes: undefined, messages: []}},
	{name: 'uutils-0.0.17-sigusr1', report: {bytes: 1_048_576, finalBytes: undefined, messages: []}},
	{name: 'uutils-0.0.17-sigint', report: {bytes: 1_048_576, finalBytes: undefined, messages: []}},
	{
		name: 'uutils-0.0.17-direct',
		report: {
			bytes: 0,
			finalBytes: undefined,
			messages: ['/usr/lib/cargo/bin/coreutils/dd: IO error: Invalid input'],
		},
	},
	{
		name: 'uutils-0.0.17-full',
		report: {
			bytes: 0,
			finalBytes: undefined,
			messages: ['/usr/lib/cargo/bin/coreutils/dd: IO error: No space left on device'],
		},
	},
	{
		name: 'busybox-1.35.0-enospc',
		report: {
			bytes: 0,
			finalBytes: undefined,
			messages: ["dd: error writing '/dev/loop0': No space left on device"],
		},
	},
	{
		name: 'busybox-1.35.0-sigusr1',
		report: {
			bytes: 0,
			finalBytes: undefined,
			messages: ["dd: error writing '/dev/loop0': No space left on device"],
		},
	},
	{
		name: 'busybox-1.35.0-eio',
		report: {
			bytes: 0,
			finalBytes: undefined,
			messages: ["dd: error writing '/dev/loop0': Input/output error"],
		},
	},
	{name: 'busybox-1.35.0-count', report: {bytes: 0, finalBytes: undefined, messages: []}},
	{name: 'busybox-1.35.0-sigint', report: {bytes: 0, finalBytes: undefined, messages: []}},
	{
		name: 'busybox-1.35.0-full',
		report: {bytes: 0, finalBytes: undefined, messages: ["dd: invalid argument 'nocreat' to 'conv'"]},
	},
];

const read = (...chunks: readonly string[]): DdReport => {
	const reader = createDdReader();
	for (const chunk of chunks) {
		reader.push(chunk);
	}

	return reader.report();
};

for (const {name, report} of reports) {
	test(`what dd said is read alike however it is cut: ${name}`, async t => {
		const text = await captured('dd', name);
		t.deepEqual(read(text), report);
		t.deepEqual(read(...text), report);
		for (let at = 1; at < text.length; at += 1) {
			t.deepEqual(read(text.slice(0, at), text.slice(at)), report);
		}
	});
}

test('every captured run of dd has a case', async t => {
	const files = await readdir(new URL('../../fixtures/output/dd', import.meta.url));
	const runs = files.filter(file => !file.endsWith('-version.txt')).toSorted();
	t.deepEqual(runs, reports.map(({name}) => `${name}.txt`).toSorted());
});

test('progress never shows a number before all its digits are there', async t => {
	const text = await captured('dd', 'coreutils-9.1-enospc');
	const counts = new Set([0, ...Array.from(text.matchAll(/^(\d+) bytes/gm), match => Number(match[1]))]);
	const reader = createDdReader();
	const seen = Array.from(text, character => reader.push(character));
	t.true(seen.every(bytes => counts.has(bytes)));
	t.deepEqual(new Set(seen), counts);
	t.deepEqual(
		seen,
		seen.toSorted((a, b) => a - b),
	);
});

test('a progress line counts as soon as it is there, not when the next one comes', t => {
	const reader = createDdReader();
	t.is(reader.push('\r16777216 byte'), 0);
	t.is(reader.push('s (17 MB'), 16_777_216);
});

test('a report that SIGUSR1 asked for is not the final one', async t => {
	const text = await captured('dd', 'coreutils-9.1-sigusr1');
	const upToError = text.slice(0, text.indexOf('\n', text.indexOf('error writing')) + 1);
	t.true(upToError.includes('39845888 bytes'));
	t.is(read(upToError).finalBytes, undefined);
});

test('nothing more fits: only words about writing count', t => {
	t.true(isFull(enospc));
	t.true(isFull("dd: writing `/dev/sda': No space left on device"));
	t.false(isFull("dd: fsync failed for '/dev/sda': No space left on device"));
	t.false(isFull("dd: failed to open '/dev/sda': No space left on device"));
	t.false(isFull(complaint('Input/output error')));
});

const ends: ReadonlyArray<{
	readonly title: string;
	readonly capture: string;
	readonly exitCode?: number;
	readonly signal?: string;
	readonly kind?: 'file' | 'loop';
	readonly totalBytes?: number;
	readonly expected: number | ErrorCode;
}> = [
	{title: 'ENOSPC at the size', capture: 'enospc', exitCode: 1, expected: gnuBytes},
	{
		title: 'ENOSPC past the size, which the step judges',
		capture: 'enospc',
		exitCode: 1,
		totalBytes: 1024,
		expected: gnuBytes,
	},
	{
		title: 'ENOSPC before the size',
		capture: 'enospc',
		exitCode: 1,
		totalBytes: gnuBytes + 512,
		expected: 'WRITE_INCOMPLETE',
	},
	{title: 'ENOSPC at nothing', capture: 'full', exitCode: 1, expected: 'WRITE_INCOMPLETE'},
	{
		title: 'ENOSPC because the store is full',
		capture: 'store-full',
		exitCode: 1,
		expected: 'WRITE_INCOMPLETE',
	},
	{
		title: 'ENOSPC at the size, but fsync failed',
		capture: 'eio-buffered',
		exitCode: 1,
		expected: 'WRITE_FAILED',
	},
	{title: 'ENOSPC at the size with exit code 0', capture: 'enospc', exitCode: 0, expected: 'ERASER_FAILED'},
	{title: 'ENOSPC at the size with exit code 2', capture: 'enospc', exitCode: 2, expected: 'ERASER_FAILED'},
	{title: 'an I/O error', capture: 'eio', exitCode: 1, expected: 'WRITE_FAILED'},
	{title: 'a refused write', capture: 'read-only', exitCode: 1, expected: 'WRITE_FAILED'},
	{
		title: 'exit code 0 on a device',
		capture: 'count',
		exitCode: 0,
		totalBytes: 41_943_040,
		expected: 'ERASER_FAILED',
	},
	{
		title: 'exit code 1 without a complaint',
		capture: 'count',
		exitCode: 1,
		totalBytes: 41_943_040,
		expected: 'ERASER_FAILED',
	},
	{title: 'a node that has gone', capture: 'missing', exitCode: 1, expected: 'ERASER_FAILED'},
	{title: 'SIGBUS after ENOSPC', capture: 'enospc', signal: 'SIGBUS', expected: 'ERASER_FAILED'},
	{title: 'SIGTERM', capture: 'sigterm', signal: 'SIGTERM', expected: 'ERASER_FAILED'},
	{title: 'no final report', capture: 'sigterm', exitCode: 1, expected: 'ERASER_FAILED'},
	{
		title: 'the count of a file',
		capture: 'file',
		exitCode: 0,
		kind: 'file',
		totalBytes: 700_000,
		expected: 700_000,
	},
	{
		title: 'a file with exit code 1',
		capture: 'file',
		exitCode: 1,
		kind: 'file',
		totalBytes: 700_000,
		expected: 'ERASER_FAILED',
	},
	{
		title: 'a file that took less',
		capture: 'file',
		exitCode: 0,
		kind: 'file',
		totalBytes: 700_001,
		expected: 'WRITE_INCOMPLETE',
	},
	{
		title: 'a file whose file system is full',
		capture: 'store-full',
		exitCode: 1,
		kind: 'file',
		expected: 'WRITE_INCOMPLETE',
	},
];

for (const {title, capture, exitCode, signal, kind = 'loop', totalBytes = gnuBytes, expected} of ends) {
	test(`the end of dd is judged: ${title}`, async t => {
		const report = read(await captured('dd', `coreutils-9.1-${capture}`));
		const judge = () => requireEnd({...report, exitCode, signal}, {kind, path: '/dev/loop0', totalBytes});
		if (typeof expected === 'number') {
			t.is(judge(), expected);
			return;
		}

		const error = t.throws(judge, {instanceOf: SanitizeError}) as SanitizeError;
		t.is(error.code, expected);
		t.truthy(error.hint);
	});
}

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
	const erasing = dd.erase({device: target, tools, signal, commit});
	try {
		for (;;) {
			const next = await erasing.next();
			if (next.done) {
				return {result: next.value, progress, commits};
			}

			progress.push(next.value);
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
	t.deepEqual(result, {writtenBytes: gnuBytes, tool: {name: 'dd (coreutils)', version: '9.1'}});
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
	['coreutils-9.1-eio', {exitCode: 1}, 'WRITE_FAILED', /Input\/output error/],
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

test('a dd that ignores SIGTERM is killed, and waited for', async t => {
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
	t.deepEqual(signals, ['SIGTERM', 'SIGKILL']);
	stopper[Symbol.dispose]();
});

test('an erase whose dd cannot be stopped says that it may still write', async t => {
	t.timeout(20_000);
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
