import test from 'ava';
import type {ErrorCode} from '../../src/errors.ts';
import type {EventBody, RunEvent} from '../../src/events.ts';
import {foldReport} from '../../src/report.ts';
import {memoryFacts, numbered, planOf, verificationOf} from '../_helpers/plan.ts';

const MiB = 1024 ** 2;
const facts = {...memoryFacts(), totalBytes: 10 * MiB};
const {path} = facts;
const plan = planOf({devices: [facts]});

const progress = (bytes: number, durableBytes?: number): EventBody => ({
	...{type: 'step.progress', step: 'erase', device: path, bytes, totalBytes: 10 * MiB},
	...{bytesPerSecond: 1, etaSeconds: 1},
	...(durableBytes !== undefined && {durableBytes}),
});

const started: readonly EventBody[] = [
	{type: 'run.planned', plan},
	{type: 'step.started', step: 'erase', device: path, title: 'erase'},
	{type: 'run.committed', device: facts},
];

const erased: EventBody = {
	...{type: 'step.finished', step: 'erase', device: path, durationMs: 1, method: 'clear'},
	...{technique: 'overwrite', eraser: 'dd', tool: {name: 'dd', version: '9'}, writtenBytes: 10 * MiB},
};

const failed = (step: string, code: ErrorCode): EventBody => ({
	...{type: 'step.failed', step, device: path, code, message: 'x', hint: 'y'},
});

const resumed: EventBody = {type: 'run.resumed', devices: [facts]};

/** Where the erase goes on after these events. */
const pointAfter = (...bodies: readonly EventBody[]): number | undefined =>
	foldReport(numbered([...started, ...bodies]) as readonly RunEvent[]).devices[0]?.eraseFrom;

test('an erase whose process is gone goes on at the last MiB that is durable whole', t => {
	t.is(pointAfter(progress(3 * MiB, 2.5 * MiB), progress(4 * MiB, 2.5 * MiB), resumed), 2 * MiB);
});

test('what was written and not made durable counts for nothing', t => {
	t.is(pointAfter(progress(3 * MiB), resumed), 0);
});

for (const code of ['INTERRUPTED', 'TERMINATED', 'STALLED', 'ERASER_FAILED'] as const) {
	test(`so does one that ended with ${code}`, t => {
		t.is(pointAfter(progress(3 * MiB, 3 * MiB), failed('erase', code), resumed), 3 * MiB);
		t.is(
			pointAfter(progress(3 * MiB, 3 * MiB), failed('erase', code), {type: 'run.retried', attempt: 2}),
			3 * MiB,
		);
	});
}

for (const code of [
	'DEVICE_CHANGED',
	'WRITE_FAILED',
	'WRITE_INCOMPLETE',
	'SYNC_FAILED',
	'INTERNAL',
] as const) {
	test(`one that ended with ${code} begins at the start`, t => {
		t.is(pointAfter(progress(3 * MiB, 3 * MiB), failed('erase', code), resumed), 0);
	});
}

test('a verification that was interrupted writes no more than the last block again', t => {
	t.is(pointAfter(progress(10 * MiB, 9 * MiB), erased, failed('verify', 'INTERRUPTED'), resumed), 9 * MiB);
});

test('a verification that found something has all of it erased again', t => {
	t.is(pointAfter(progress(10 * MiB, 9 * MiB), erased, failed('verify', 'NOT_ZERO'), resumed), 0);
});

test('a second interruption, before anything more is durable, loses nothing', t => {
	const again: EventBody = {type: 'step.started', step: 'erase', device: path, title: 'erase', from: 3 * MiB};
	t.is(pointAfter(progress(3 * MiB, 3 * MiB), resumed, again, resumed), 3 * MiB);
	t.is(pointAfter(progress(3 * MiB, 3 * MiB), resumed, again, progress(5 * MiB, 5 * MiB), resumed), 5 * MiB);
});

test('a journal cannot send it behind the end', t => {
	t.is(pointAfter(progress(3 * MiB, 99 * MiB), resumed), 9 * MiB);
});

for (const code of ['SYNC_FAILED', 'DEVICE_CHANGED', 'WRITE_FAILED', 'INTERRUPTED'] as const) {
	test(`to resume twice is to resume once, after ${code}`, t => {
		const before = [progress(3 * MiB, 3 * MiB), failed('erase', code)] as const;
		t.is(pointAfter(...before, resumed, resumed), pointAfter(...before, resumed));
	});
}

test('what a verification found is erased again however often it is resumed', t => {
	t.is(pointAfter(progress(10 * MiB, 9 * MiB), erased, failed('verify', 'NOT_ZERO'), resumed, resumed), 0);
});

test('a device that was verified before is verified again, in full, also where that was not asked for', t => {
	const verified: EventBody = {
		...{type: 'step.finished', step: 'verify', device: path, durationMs: 1},
		verification: verificationOf(),
	};
	const {devices, ended, plan: now} = foldReport(numbered([...started, erased, verified, resumed]));
	t.is(devices[0]?.verification, null);
	t.deepEqual(ended, [{step: 'erase', device: path, how: 'finished'}]);
	const unasked = planOf({devices: [facts], overrides: {verify: {coverage: 'none'}}});
	const {plan: asked} = foldReport(numbered([{type: 'run.planned', plan: unasked}, resumed]));
	for (const planned of [now, asked]) {
		const step = planned?.steps.find(({phase}) => phase === 'verify');
		t.like(step, {title: 'verify every byte', options: {coverage: 'full'}});
		t.is(step?.skip, undefined);
	}
});

test('an overwrite of several passes begins anew', t => {
	const [device] = plan.devices;
	const scheme = {name: 'random', passes: ['random'], text: '1 pass'} as const;
	const eraser = device?.eraser && {...device.eraser, name: 'pattern', scheme};
	const planned = {...plan, devices: [{...device, eraser}]} as typeof plan;
	const events = numbered([
		{type: 'run.planned', plan: planned},
		...started.slice(1),
		progress(3 * MiB, 3 * MiB),
		resumed,
	]) as readonly RunEvent[];
	t.is(foldReport(events).devices[0]?.eraseFrom, 0);
});
