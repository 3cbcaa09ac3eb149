import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import type {Fault} from '../../src/devices/faulty.ts';
import {SanitizeError} from '../../src/errors.ts';
import type {DeviceResult} from '../../src/events/results.ts';
import type {RunEvent} from '../../src/events.ts';
import {isZero, type MemoryRunResult, runOnMemory} from '../_helpers/run-on-memory.ts';

const sectors = 40;
const totalBytes = sectors * 512;

const sector = (index: number, length = 1) => ({offset: index * 512, length: length * 512});

const bad = (index: number, changes: Partial<Fault> = {}): Fault => ({
	on: 'write',
	at: sector(index),
	error: 'EIO',
	...changes,
});

type Run = Pick<Parameters<typeof runOnMemory>[1] & {}, 'onEvent' | 'abortReason'>;

const erase = async (
	t: ExecutionContext,
	faults: readonly Fault[],
	run: Run = {},
): Promise<MemoryRunResult> => runOnMemory(t, {devices: [{serial: 'S', totalBytes, faults}], ...run});

const resultOf = ({events}: MemoryRunResult): DeviceResult | undefined => {
	const finished = events.at(-1);
	return finished?.type === 'run.finished' ? finished.devices[0] : undefined;
};

const endOf = (events: readonly RunEvent[], step: string): RunEvent | undefined =>
	events.find(event => 'step' in event && event.step === step && /failed|finished|skipped/.test(event.type));

/** Sectors with a byte that is not zero. */
const left = ({devices: [device]}: MemoryRunResult): readonly number[] =>
	Array.from({length: sectors}, (_, index) => index).filter(index =>
		device?.bytes.subarray(index * 512, (index + 1) * 512).some(byte => byte !== 0),
	);

const all = async <Value>(
	values: readonly Value[],
	check: (value: Value) => Promise<void>,
): Promise<void> => {
	await Promise.all(values.map(check));
};

const upTo = (count: number): readonly number[] => Array.from({length: count}, (_, index) => index + 1);

test('each sector, when it is bad, is named and alone is left: failed (4)', async t => {
	await all(upTo(sectors), async number => {
		const result = await erase(t, [bad(number - 1)]);
		t.is(result.exitCode, 4);
		t.deepEqual(left(result), [number - 1]);
		t.like(resultOf(result), {
			outcome: 'failed',
			writtenBytes: totalBytes - 512,
			verifiedBytes: totalBytes,
			unwritable: [sector(number - 1)],
			unwritableRanges: 1,
			unwritableBytes: 512,
			nonZero: [sector(number - 1)],
		});
		t.is(endOf(result.events, 'issue-certificate')?.type, 'step.skipped');
	});
});

test('a write that fails once, whichever it is, leaves nothing: sanitized', async t => {
	await all(upTo(sectors), async index => {
		const result = await erase(t, [bad(index - 1, {times: 1 + (index % 5)})]);
		t.is(result.exitCode, 0);
		t.true(result.devices.every(isZero));
	});
});

// For one bad sector in the middle: the block, again, its halves down to the sector, and three tries at the end.
const writes = 1 + 1 + 5 * 2 + 3;

test('a fault at each write index, also while a bad sector is salvaged, changes nothing of what is found', async t => {
	await all(upTo(writes), async nth => {
		const result = await erase(t, [{on: 'write', at: {nth}, error: 'EIO'}, bad(17)]);
		t.is(result.exitCode, 4);
		t.deepEqual(left(result), [17]);
		t.deepEqual(resultOf(result)?.unwritable, [sector(17)]);
	});
});

const ends = [
	['ENOSPC', 'WRITE_INCOMPLETE'],
	['ENODEV', 'DEVICE_CHANGED'],
	['ENXIO', 'DEVICE_CHANGED'],
	['EROFS', 'WRITE_FAILED'],
	['EPERM', 'WRITE_FAILED'],
] as const;

for (const [error, code] of ends) {
	test(`${error} at each write index ends the erase with ${code}, and nothing is called a bad place`, async t => {
		await all(upTo(writes), async nth => {
			const result = await erase(t, [{on: 'write', at: {nth}, error}, bad(17)]);
			t.is(result.exitCode, 4);
			t.like(endOf(result.events, 'erase'), {type: 'step.failed', code, unwritable: undefined});
			t.is(endOf(result.events, 'verify')?.type, 'step.skipped');
			t.deepEqual(resultOf(result)?.unwritable, []);
		});
	});
}

test('a verification that finds nothing after an erase that was not complete changes nothing', async t => {
	const zero = await runOnMemory(t, {
		devices: [{serial: 'S', totalBytes, faults: [bad(3)]}],
		onStart: ([device]) => device?.bytes.fill(0),
	});
	t.like(endOf(zero.events, 'verify'), {type: 'step.finished', verification: {result: 'passed'}});
	t.is(zero.exitCode, 4);
	t.like(resultOf(zero), {outcome: 'failed', unwritable: [sector(3)], nonZero: []});
});

test('what was not written and cannot be read is told as both', async t => {
	const result = await erase(t, [bad(3), {on: 'read', at: sector(3), error: 'EIO'}]);
	t.is(result.exitCode, 4);
	t.like(resultOf(result), {
		unwritable: [sector(3)],
		unreadable: [sector(3)],
		verifiedBytes: totalBytes - 512,
	});
});

test('an interruption of the verification does not make a failed erase an interrupted one', async t => {
	const result = await erase(t, [bad(3)], {
		abortReason: new SanitizeError('INTERRUPTED', 'interrupted by SIGINT'),
		onEvent(event, abort) {
			if (event.type === 'step.started' && event.step === 'verify') {
				abort();
			}
		},
	});
	t.is(result.exitCode, 4);
	t.like(resultOf(result), {outcome: 'failed', unwritable: [sector(3)]});
});

test('an fsync that fails, or a device that changed, stands before the ranges, and nothing is verified', async t => {
	const sync = await erase(t, [bad(3), {on: 'sync', error: 'EIO'}]);
	const changed = await erase(t, [bad(3), {on: 'inspect', at: {nth: 2}, becomes: {serial: 'OTHER'}}]);
	for (const [result, code] of [
		[sync, 'SYNC_FAILED'],
		[changed, 'DEVICE_CHANGED'],
	] as const) {
		t.is(result.exitCode, 4);
		t.like(endOf(result.events, 'erase'), {code, unwritable: {listed: [sector(3)]}});
		t.is(endOf(result.events, 'verify')?.type, 'step.skipped');
		t.deepEqual(resultOf(result)?.unwritable, [sector(3)]);
	}
});

const range = fc
	.tuple(fc.integer({min: 0, max: sectors - 1}), fc.integer({min: 1, max: 6}))
	.map(([index, length]) => sector(index, length));
const at = fc.oneof(
	range,
	fc.integer({min: 1, max: 30}).map(nth => ({nth})),
);
const times = fc.oneof(fc.integer({min: 1, max: 9}), fc.constant(Number.POSITIVE_INFINITY));
const error = fc.oneof(
	{weight: 8, arbitrary: fc.constant('EIO')},
	{weight: 1, arbitrary: fc.constantFrom('ENODATA', 'ENOSPC', 'ENODEV', 'EROFS')},
);
const short = fc.integer({min: 0, max: 8}).map(count => count * 512);
const fault: fc.Arbitrary<Fault> = fc.oneof(
	{weight: 6, arbitrary: fc.record({on: fc.constant('write' as const), at, times, error})},
	{weight: 2, arbitrary: fc.record({on: fc.constant('write' as const), at, times, short})},
	{
		weight: 1,
		arbitrary: fc.record({on: fc.constantFrom('read' as const, 'sync' as const), at, times, error}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			on: fc.constant('inspect' as const),
			at: fc.integer({min: 1, max: 4}).map(nth => ({nth})),
			becomes: fc.constantFrom({serial: 'OTHER'}, {totalBytes: 512}),
		}),
	},
);

test('whatever fails: never sanitized with a byte that is not zero, nor a byte left that is not named', async t => {
	const cases = fc.sample(fc.array(fault, {minLength: 1, maxLength: 5}), 200);
	const outcomes = new Set<string>();
	await all(cases, async faults => {
		const result = await erase(t, faults);
		const {outcome = 'none', writtenBytes = 0, unwritable = [], unwritableBytes = 0} = resultOf(result) ?? {};
		outcomes.add(outcome);
		const remains = left(result);
		const text = JSON.stringify(faults);
		if (outcome === 'sanitized') {
			t.deepEqual(remains, [], text);
			t.is(writtenBytes, totalBytes, text);
		}

		if (unwritableBytes > 0) {
			t.is(outcome, 'failed', text);
			t.is(writtenBytes + unwritableBytes, totalBytes, text);
			const named = (index: number) =>
				unwritable.some(({offset, length}) => index * 512 >= offset && index * 512 < offset + length);
			t.true(remains.every(named), text);
		}
	});
	t.true(outcomes.has('sanitized') && outcomes.has('failed'));
});
