import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import type {ByteRange, Device} from '../../src/devices/device.ts';
import type {MemoryDevice} from '../../src/devices/memory.ts';
import {SanitizeError} from '../../src/errors.ts';
import {joinRanges, sumOf} from '../../src/ranges.ts';
import {recipeOf} from '../_helpers/plan.ts';
import {isZero, type MemoryRun, type MemoryRunResult, runOnMemory} from '../_helpers/run-on-memory.ts';

const mebibyte = 1024 ** 2;
const totalBytes = 48 * mebibyte;

interface Seen {
	readonly calls: Array<ByteRange & {readonly what: 'write' | 'read' | 'sync'; readonly atMs: number}>;
	/** A read of bytes that were not on the media yet. */
	readonly early: ByteRange[];
}

interface Options {
	readonly writeMs?: number;
	readonly readMs?: number;
	readonly onWrite?: (memory: MemoryDevice, position: number, length: number) => number;
}

/** A disk whose writes are counted, and are on the media only after a sync that began behind them. */
const disk = (
	device: Device,
	memory: MemoryDevice,
	seen: Seen,
	{writeMs = 8, readMs = 1, onWrite}: Options,
): Device => {
	let sectors = 1000;
	let written: ByteRange[] = [];
	let durable: readonly ByteRange[] = [];
	const took = async (ms: number, work: () => Promise<number>) => {
		await delay(ms);
		return work();
	};
	return {
		...device,
		countWrites: async () => sectors,
		async write(position, buffer) {
			const {length} = buffer;
			seen.calls.push({what: 'write', offset: position, length, atMs: performance.now()});
			const count = await took(writeMs * (length / mebibyte), async () => device.write(position, buffer));
			sectors += length / 512 + (onWrite?.(memory, position, length) ?? 0);
			written = [...written, {offset: position, length}];
			return count;
		},
		async read(position, buffer) {
			const {length} = buffer;
			const range = {offset: position, length};
			seen.calls.push({what: 'read', ...range, atMs: performance.now()});
			const end = position + length;
			if (!durable.some(({offset, length: long}) => offset <= position && offset + long >= end)) {
				seen.early.push(range);
			}

			return took(readMs * (length / mebibyte), async () => device.read(position, buffer));
		},
		async sync() {
			const before = written;
			seen.calls.push({what: 'sync', offset: 0, length: 0, atMs: performance.now()});
			await device.sync();
			durable = joinRanges(
				before.toSorted((a, b) => a.offset - b.offset),
				1,
			);
		},
	};
};

interface DiskRun extends Options, Pick<MemoryRun, 'onEvent' | 'abortReason'> {
	readonly overlap?: boolean;
	readonly faults?: NonNullable<MemoryRun['devices']>[number]['faults'];
}

const runOnDisk = async (
	t: Parameters<typeof runOnMemory>[0],
	{overlap, faults = [], onEvent, abortReason, ...options}: DiskRun = {},
): Promise<MemoryRunResult & Seen> => {
	const seen: Seen = {calls: [], early: []};
	const result = await runOnMemory(t, {
		recipe: recipeOf(
			['erase', {eraser: 'direct'}],
			['verify', {coverage: 'full', ...(overlap !== undefined && {overlap})}],
			['keep-log'],
			['issue-certificate'],
		),
		devices: [
			{
				...{serial: 'S', totalBytes, faults, facts: {kind: 'disk', rotational: false}},
				watch: (device, memory) => disk(device, memory, seen, options),
			},
		],
		...(onEvent && {onEvent}),
		...(abortReason && {abortReason}),
	});
	return {...result, ...seen};
};

const outcomeOf = ({events}: MemoryRunResult) => {
	const last = events.at(-1);
	return last?.type === 'run.finished' ? last : undefined;
};

const callsOf = ({calls}: Seen, wanted: string) => calls.filter(({what}) => what === wanted);

const readsBeforeLastWrite = (seen: Seen): number => {
	const lastWrite = callsOf(seen, 'write').at(-1)?.atMs ?? 0;
	return callsOf(seen, 'read').filter(({atMs}) => atMs < lastWrite).length;
};

test('what is on the media is read while the rest is written, and nothing twice', async t => {
	const run = await runOnDisk(t);
	t.is(outcomeOf(run)?.outcome, 'sanitized');
	t.true(run.devices.every(isZero));
	t.true(readsBeforeLastWrite(run) > 0);
	t.deepEqual(run.early, []);
	t.is(sumOf(callsOf(run, 'read')), totalBytes);
	t.is(outcomeOf(run)?.devices[0]?.verifiedBytes, totalBytes);
	t.false(run.events.some(({type}) => type === 'run.warned'));
	const steps = run.events.flatMap(event => (event.type === 'step.started' ? [event.step] : []));
	t.deepEqual(steps, ['erase', 'verify', 'keep-log', 'issue-certificate']);
});

test('without it, nothing is read before all is written', async t => {
	const run = await runOnDisk(t, {overlap: false});
	t.is(outcomeOf(run)?.outcome, 'sanitized');
	t.is(readsBeforeLastWrite(run), 0);
});

test('a write of somebody else behind the reader is found: all of it is read again', async t => {
	let hasWritten = false;
	const run = await runOnDisk(t, {
		onWrite(memory, position) {
			if (hasWritten || position < 40 * mebibyte) {
				return 0;
			}

			hasWritten = true;
			memory.bytes[4096] = 7;
			return 1;
		},
	});
	t.true(readsBeforeLastWrite(run) > 0);
	const end = outcomeOf(run);
	t.is(end?.outcome, 'failed');
	t.deepEqual(end?.devices[0]?.nonZero, [{offset: 4096, length: 1}]);
	t.true(run.events.some(event => event.type === 'run.warned' && event.code === 'DEVICE_CHANGED'));
});

test('a write of somebody else that left zeros is read again, and that is all', async t => {
	const run = await runOnDisk(t, {onWrite: (_memory, position) => (position === 0 ? 8 : 0)});
	t.is(outcomeOf(run)?.outcome, 'sanitized');
	t.true(sumOf(callsOf(run, 'read')) > totalBytes);
	t.is(outcomeOf(run)?.devices[0]?.verifiedBytes, totalBytes);
});

test('what is read again is shown from its start', async t => {
	const run = await runOnDisk(t, {
		onWrite: (_memory, position) => (position === 0 ? 8 : 0),
		readMs: 24,
	});
	t.is(outcomeOf(run)?.outcome, 'sanitized');
	const shown = run.events.flatMap(event =>
		event.type === 'step.progress' && event.step === 'verify' ? [event] : [],
	);
	t.true((shown[0]?.bytes ?? totalBytes) < totalBytes / 2);
	t.true(shown.slice(0, -1).every(({bytesPerSecond}) => bytesPerSecond > 0));
});

test('a kernel that counts nothing is no intruder', async t => {
	const run = await runOnDisk(t, {onWrite: (_memory, _position, length) => -length / 512});
	t.is(outcomeOf(run)?.outcome, 'sanitized');
	const warned = run.events.flatMap(event => (event.type === 'run.warned' ? [event.message] : []));
	t.is(warned.length, 1);
	t.regex(warned[0] ?? '', /the kernel does not count what is written to it/);
});

test('a place that takes nothing fails the device, and the rest of it is read', async t => {
	const run = await runOnDisk(t, {
		faults: [{on: 'write', at: {offset: 8 * mebibyte, length: 512}, error: 'EIO'}],
	});
	const end = outcomeOf(run);
	t.is(end?.outcome, 'failed');
	t.deepEqual(end?.devices[0]?.unwritable, [{offset: 8 * mebibyte, length: 512}]);
	t.deepEqual(end?.devices[0]?.nonZero, [{offset: 8 * mebibyte, length: 512}]);
});

test('an interruption ends the reading with the writing', async t => {
	const run = await runOnDisk(t, {
		abortReason: new SanitizeError('INTERRUPTED', 'interrupted by a signal'),
		onEvent: (event, abort) => event.type === 'step.progress' && event.bytes > 20 * mebibyte && abort(),
	});
	t.is(outcomeOf(run)?.outcome, 'interrupted');
	const calls = run.calls.length;
	await delay(100);
	t.is(run.calls.length, calls);
});
