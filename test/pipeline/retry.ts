import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type {Fault} from '../../src/devices/faulty.ts';
import type {RunEvent} from '../../src/events.ts';
import {foldReport} from '../../src/report.ts';
import {goOn, type Remains, runAndCut} from '../_helpers/go-on-in-memory.ts';
import {numbered, planOf, recipeOf} from '../_helpers/plan.ts';
import {isZero, type MemoryRun} from '../_helpers/run-on-memory.ts';

const recipe = recipeOf(
	['enter-emergency'],
	['erase', {eraser: 'direct'}],
	['verify', {coverage: 'full', percent: 10}],
	['keep-log'],
	['issue-certificate'],
	['power-off', {by: 'sysrq', how: 'poweroff'}],
);

const ended = async (t: Parameters<typeof runAndCut>[0], run: MemoryRun): Promise<Remains> => {
	const {remains} = await runAndCut(t, {recipe, ...run});
	const last = remains.at(-1);
	if (!last) {
		throw new Error('the run has no event');
	}

	return last;
};

const retried = (events: readonly RunEvent[]) =>
	events.slice(events.findIndex(({type}) => type === 'run.retried'));

const certified = (events: readonly RunEvent[]) =>
	events.flatMap(event =>
		event.type === 'step.finished' ? (event.certificates ?? []).map(({device}) => device) : [],
	);

const unreadable: Fault = {on: 'read', at: {offset: 1024, length: 512}, error: 'EIO'};

for (const [title, fault] of [
	['an erase that failed', {on: 'write', at: {offset: 4096, length: 512}, error: 'EIO'}],
	['a verification that failed', unreadable],
] as const) {
	test(`${title} is tried again in the same run: erased and verified anew, the other device left alone`, async t => {
		const remains = await ended(t, {devices: [{serial: 'BAD', faults: [fault]}, {serial: 'GOOD'}]});
		const end = await goOn(remains, {attempt: 2});
		t.is(end.exitCode, 0);
		t.true(end.devices.every(isZero));
		t.deepEqual(end.halt, {how: 'poweroff', by: 'sysrq'});
		t.deepEqual(
			end.writes.map(count => count > 0),
			[true, false],
		);
		const later = retried(end.events);
		t.deepEqual(
			later.flatMap(event => (event.type === 'step.started' && event.device ? [event.step] : [])),
			['erase', 'verify'],
		);
		t.is(later.filter(({type}) => type === 'run.committed').length, 1);
		t.false(end.recorded.includes('systemctl emergency'));
		// One each, the second only after the second try.
		t.deepEqual(certified(end.events), ['/memory/GOOD', '/memory/BAD']);
		t.deepEqual(certified(later), ['/memory/BAD']);
		t.is(readdirSync(remains.directory).filter(name => name.startsWith('certificate')).length, 2);
	});
}

test('what is tried again and fails again is no better, and can be tried a third time', async t => {
	const first = await ended(t, {devices: [{serial: 'BAD', faults: [unreadable]}]});
	const second = await goOn(first, {attempt: 2, faults: [[unreadable]]});
	t.is(second.exitCode, 4);
	t.deepEqual(certified(second.events), []);
	t.is(second.halt, null);
	const contents = second.devices.map(({bytes}) => bytes.slice());
	const third = await goOn({...first, contents}, {attempt: 3});
	t.is(third.exitCode, 0);
	t.deepEqual(certified(third.events), ['/memory/BAD']);
	t.deepEqual(
		third.events.flatMap(event => (event.type === 'run.retried' ? [event.attempt] : [])),
		[2, 3],
	);
});

test('a device that failed is never certified from what was erased and verified before', async t => {
	// Erased and verified; then it is gone when it is looked at for the last time.
	const gone: Fault = {on: 'inspect', at: {nth: 3}, error: 'ENOENT'};
	const remains = await ended(t, {devices: [{serial: 'A', faults: [gone]}]});
	// It comes back, and may not be written to.
	const end = await goOn(remains, {attempt: 2, faults: [[{on: 'write', error: 'EROFS'}]]});
	t.is(end.exitCode, 4);
	t.deepEqual(certified(end.events), []);
	const [device] = foldReport(end.events).devices;
	t.is(device?.erased, null);
	t.is(device?.verification, null);
	t.not(device?.committedAt, null, 'that something was written stays');
});

test('a certificate that was left by a step that did not get to its end is issued anew', async t => {
	const {events, remains} = await runAndCut(t, {recipe, devices: [{serial: 'A'}, {serial: 'B'}]});
	const begun = events.findIndex(
		event => event.type === 'step.started' && event.step === 'issue-certificate',
	);
	const remain = remains[begun];
	const left = path.join(remain?.directory ?? '', 'certificate-1-memory-A.json');
	writeFileSync(left, 'half a certi');
	const end = await goOn(remain as Remains);
	t.is(end.exitCode, 0);
	t.deepEqual(certified(end.events), ['/memory/A', '/memory/B']);
	t.is(JSON.parse(readFileSync(left, 'utf8')).serialNumber, 'A');
});

test('after a retry, what comes after what is done again counts as not done; what was prepared stays', t => {
	const plan = planOf({
		recipe: recipeOf(
			['enter-emergency'],
			['erase', {eraser: 'direct'}],
			['keep-log'],
			['issue-certificate'],
			['deliver'],
			['power-off', {by: 'sysrq', how: 'poweroff'}],
		),
	});
	const step = (name: string, device?: string) =>
		({type: 'step.finished', step: name, durationMs: 1, ...(device && {device})}) as const;
	const failed = (name: string, device?: string) =>
		({
			type: 'step.failed',
			step: name,
			...(device && {device}),
			code: 'DELIVERY_FAILED',
			message: 'm',
		}) as const;
	const after = (...ends: ReadonlyArray<ReturnType<typeof step> | ReturnType<typeof failed>>) =>
		foldReport(numbered([{type: 'run.planned', plan}, ...ends, {type: 'run.retried', attempt: 2}])).ended.map(
			({step}) => step,
		);
	const device = '/dev/sdz';
	t.deepEqual(after(step('enter-emergency'), failed('erase', device), step('keep-log'), step('deliver')), [
		'enter-emergency',
	]);
	t.deepEqual(
		after(
			step('enter-emergency'),
			step('erase', device),
			step('keep-log'),
			failed('issue-certificate'),
			step('deliver'),
		),
		['enter-emergency', 'erase', 'keep-log'],
	);
	t.deepEqual(after(step('erase', device), step('issue-certificate'), failed('deliver')), [
		'erase',
		'issue-certificate',
	]);
	// The machine was to end, and did not.
	t.deepEqual(after(step('erase', device), step('issue-certificate'), step('deliver'), step('power-off')), [
		'erase',
		'issue-certificate',
		'deliver',
	]);
});
