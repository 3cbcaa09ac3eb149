import test from 'ava';
import type {ErrorCode} from '../../src/errors.ts';
import type {EventBody} from '../../src/events.ts';
import {findFlaw} from '../../src/journal/event-schema.ts';
import {foldReport} from '../../src/report.ts';
import {memoryFacts, numbered, planOf} from '../_helpers/plan.ts';

const facts = memoryFacts();
const {path} = facts;
const canary = {seed: '0'.repeat(32), blocks: 4, blockBytes: 4096};

const command: EventBody = {type: 'command.started', step: 'erase', device: path, canary};

const begun: readonly EventBody[] = [
	{type: 'run.planned', plan: planOf({devices: [facts]})},
	{type: 'step.started', step: 'erase', device: path, title: 'erase'},
	{type: 'run.committed', device: facts},
	command,
];

const announcedAfter = (...bodies: readonly EventBody[]) =>
	foldReport(numbered([...begun, ...bodies])).devices[0]?.announced;

const failed = (code: ErrorCode): EventBody => ({
	...{type: 'step.failed', step: 'erase', device: path, code, message: 'x', hint: 'y'},
});

const resumed: EventBody = {type: 'run.resumed', devices: [facts]};

test('a command is remembered as long as nobody has seen how it ended', t => {
	t.deepEqual(announcedAfter(), {canary});
	t.deepEqual(announcedAfter(resumed), {canary});
	const unseen = [
		'INTERRUPTED',
		'TERMINATED',
		'STALLED',
		'DEVICE_BUSY',
		'TOOL_MISSING',
		'TOOL_FAILED',
	] as const;
	for (const code of unseen) {
		t.deepEqual(announcedAfter(failed(code), resumed), {canary}, code);
	}
});

test('after a failure of the drive, or of what proves it, a new one is given', t => {
	for (const code of ['ERASER_FAILED', 'NOT_ERASED', 'UNREADABLE', 'DEVICE_CHANGED'] as const) {
		t.is(announcedAfter(failed(code), {type: 'run.retried', attempt: 2}), null, code);
	}
});

test('a password is remembered until an erase has taken it off, however badly one ended', t => {
	const locking: EventBody = {...command, password: 'zeroize'};
	t.deepEqual(announcedAfter(locking), {canary, password: 'zeroize'});
	t.deepEqual(announcedAfter(locking, failed('INTERRUPTED')), {canary, password: 'zeroize'});
	for (const code of ['ERASER_FAILED', 'NOT_ERASED'] as const) {
		t.deepEqual(announcedAfter(locking, failed(code), resumed, failed(code)), {password: 'zeroize'}, code);
	}
});

test('an erase that came to its end leaves none', t => {
	const finished: EventBody = {
		...{type: 'step.finished', step: 'erase', device: path, durationMs: 1, method: 'purge'},
		...{technique: 'block-erase', eraser: 'nvme-sanitize', tool: {name: 'nvme', version: '2'}},
		...{writtenBytes: facts.totalBytes, canary, leaves: {kind: 'drive-defined'}},
	};
	t.is(announcedAfter(finished), null);
	const report = foldReport(numbered([...begun, finished]));
	t.deepEqual(report.devices[0]?.erased?.canary, canary);
});

test('a journal with a canary that cannot be is not read', t => {
	const [event] = numbered([command]);
	t.is(findFlaw(event ?? {type: ''}), null);
	for (const wrong of [
		{...canary, seed: 'x'},
		{...canary, blocks: 1e9},
		{...canary, blockBytes: 100},
		{...canary, blockBytes: 2 ** 40},
	]) {
		t.regex(findFlaw({...event, type: 'command.started', ...{canary: wrong}}) ?? '', /^canary/);
	}
});
