import {readFileSync} from 'node:fs';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {replayCertificates} from '../src/certificate/replay.ts';
import {certificateText} from '../src/certificate.ts';
import {SanitizeError} from '../src/errors.ts';
import type {RunEvent} from '../src/events.ts';
import {readJournal} from '../src/journal.ts';
import {recipeOf, runId} from './_helpers/plan.ts';
import {isZero, runOnMemory} from './_helpers/run-on-memory.ts';

const full = {coverage: 'full', percent: 10};
const ssr = recipeOf(
	['stop-service', {unit: '128T', timeout: 1000}],
	['enter-emergency'],
	['erase', {eraser: 'direct'}],
	['verify', full],
	['keep-log'],
	['issue-certificate'],
	['power-off', {by: 'sysrq', how: 'poweroff'}],
);
const types = (events: readonly RunEvent[]) =>
	events
		.filter(({type}) => type !== 'step.progress')
		.map(event => ('step' in event ? `${event.type} ${event.step}` : event.type));

test('a run does every step in order, commits before it writes, and asks for its halt last', async t => {
	const {events, exitCode, halt, devices, recorded} = await runOnMemory(t, {recipe: ssr});
	t.is(exitCode, 0);
	t.true(devices.every(isZero));
	t.deepEqual(halt, {how: 'poweroff', by: 'sysrq'});
	t.deepEqual(types(events), [
		'run.planned',
		'step.started stop-service',
		'step.finished stop-service',
		'step.started enter-emergency',
		'step.finished enter-emergency',
		'step.started erase',
		'run.committed',
		'step.finished erase',
		'step.started verify',
		'step.finished verify',
		'step.started keep-log',
		'step.finished keep-log',
		'step.started issue-certificate',
		'step.finished issue-certificate',
		'step.started power-off',
		'step.finished power-off',
		'run.finished',
	]);
	t.deepEqual(
		events.map(({seq}) => seq),
		events.map((_, index) => index + 1),
	);
	t.true(recorded.includes('systemctl stop 128T') && recorded.includes('systemctl emergency'));
});

test('journal, log and certificate end up in the log directory, and the state directory is gone', async t => {
	const {directory, plan} = await runOnMemory(t, {recipe: ssr});
	t.deepEqual(await readdir(directory), ['log']);
	t.deepEqual(await readdir(path.join(plan.logDir, plan.runId)), [
		'certificate.json',
		'journal.jsonl',
		'run.log',
	]);
});

test('a recorded journal replays to the same certificate, to the byte', async t => {
	const {plan, events} = await runOnMemory(t, {recipe: ssr});
	const kept = path.join(plan.logDir, plan.runId);
	const journal = await readFile(path.join(kept, 'journal.jsonl'), 'utf8');
	const certificate = await readFile(path.join(kept, 'certificate.json'), 'utf8');
	t.deepEqual(
		readJournal(journal, 'j').map(({event}) => event),
		JSON.parse(JSON.stringify(events)),
	);
	t.deepEqual(replayCertificates(journal, 'j').map(certificateText), [certificate]);
});

test('the commit point is in the journal, on disk, before the first byte is written', async t => {
	const types: string[][] = [];
	await runOnMemory(t, {
		onWrite(directory) {
			const journal = readFileSync(path.join(directory, `zeroize-${runId}`, 'journal.jsonl'), 'utf8');
			types.push(readJournal(journal, 'j').map(({event}) => event.type));
		},
	});
	t.true(types.length > 0);
	t.true(types.every(known => known.includes('run.committed')));
});

const faults = [
	['a write error', {on: 'write', at: {offset: 0, length: 512}, error: 'EIO'}, 'failed', 4],
	['a store that is full', {on: 'write', error: 'ENOSPC'}, 'failed', 4],
	['an fsync error', {on: 'sync', error: 'EIO'}, 'failed', 4],
	[
		'a device that changed before the first write',
		{on: 'inspect', at: {nth: 1}, becomes: {serial: 'OTHER'}},
		'refused',
		3,
	],
	[
		'a device that changed after the last write',
		{on: 'inspect', at: {nth: 2}, becomes: {serial: 'OTHER'}},
		'failed',
		4,
	],
	[
		'a device that shrank while it was verified',
		{on: 'inspect', at: {nth: 3}, becomes: {totalBytes: 512}},
		'failed',
		4,
	],
	['a device that is gone after the last write', {on: 'inspect', at: {nth: 2}, error: 'ENOENT'}, 'failed', 4],
	['a sector that cannot be read', {on: 'read', at: {offset: 1024, length: 512}, error: 'EIO'}, 'failed', 4],
] as const;

for (const [title, fault, outcome, exitCode] of faults) {
	test(`${title} makes the run ${outcome} (${exitCode}), without certificate and without halt`, async t => {
		const result = await runOnMemory(t, {recipe: ssr, devices: [{serial: 'S', faults: [fault]}]});
		t.is(result.exitCode, exitCode);
		t.like(result.events.at(-1), {type: 'run.finished', outcome, exitCode});
		t.is(result.halt, null);
		const kept = await readdir(path.join(result.plan.logDir, result.plan.runId));
		t.deepEqual(kept, ['journal.jsonl', 'run.log']);
		if (outcome === 'refused') {
			t.true(result.devices.every(({bytes}) => bytes.every(byte => byte === 0xa5)));
		}
	});
}

test('one device that fails neither stops nor taints the other', async t => {
	const {events, devices, exitCode} = await runOnMemory(t, {
		recipe: ssr,
		devices: [{serial: 'BAD', faults: [{on: 'write', error: 'EIO'}]}, {serial: 'GOOD'}],
	});
	t.is(exitCode, 4);
	const finished = events.at(-1);
	t.deepEqual(finished?.type === 'run.finished' && finished.devices.map(({outcome}) => outcome), [
		'failed',
		'sanitized',
	]);
	t.true(devices[1] && isZero(devices[1]));
	const issued = events.find(event => event.type === 'step.finished' && event.step === 'issue-certificate');
	t.deepEqual(issued?.type === 'step.finished' && issued.certificates?.map(({device}) => device), [
		'/memory/GOOD',
	]);
});

test('an interruption while erasing stops the run where it is, and leaves the journal where it was', async t => {
	const reason = new SanitizeError('TERMINATED', 'interrupted by SIGTERM', {hint: 'start again'});
	const {exitCode, events, directory, halt} = await runOnMemory(t, {
		recipe: ssr,
		abortReason: reason,
		onEvent(event, abort) {
			if (event.type === 'run.committed') {
				abort();
			}
		},
	});
	t.is(exitCode, 143);
	t.is(halt, null);
	t.like(events.at(-1), {type: 'run.finished', outcome: 'interrupted'});
	t.deepEqual(await readdir(directory), [`zeroize-${events[0]?.runId}`]);
});

test('an interruption between two steps is named too', async t => {
	const reason = new SanitizeError('INTERRUPTED', 'interrupted by SIGINT');
	const {exitCode, events, devices} = await runOnMemory(t, {
		recipe: ssr,
		abortReason: reason,
		onEvent(event, abort) {
			if (event.type === 'step.finished' && event.step === 'enter-emergency') {
				abort();
			}
		},
	});
	t.is(exitCode, 130);
	t.true(devices[0]?.bytes.every(byte => byte === 0xa5));
	t.false(events.some(({type}) => type === 'run.committed'));
});

test('a log directory that cannot be used is aftercare-failed: the records stay, and the machine stays on', async t => {
	const {exitCode, halt, directory, events, devices} = await runOnMemory(t, {
		recipe: ssr,
		logDir: () => '/proc/zeroize-log',
	});
	t.is(exitCode, 6);
	t.is(halt, null);
	t.true(devices.every(isZero));
	t.deepEqual(await readdir(path.join(directory, `zeroize-${events[0]?.runId}`)), [
		'certificate.json',
		'journal.jsonl',
		'run.log',
	]);
});

test('a log that lives on the erased device is not kept there, and the certificate says why', async t => {
	const {exitCode, events, directory} = await runOnMemory(t, {
		recipe: ssr,
		logRefused: '/var/log is on the device that is erased',
	});
	t.is(exitCode, 0);
	t.like(
		events.find(event => event.type === 'step.skipped'),
		{step: 'keep-log', reason: '/var/log is on the device that is erased'},
	);
	const file = path.join(directory, `zeroize-${events[0]?.runId}`, 'certificate.json');
	t.deepEqual(JSON.parse(await readFile(file, 'utf8')).log, {
		keptIn: null,
		reason: '/var/log is on the device that is erased',
	});
});

test('without verification a run is unverified, gets no certificate, and may still end the machine as it was told to', async t => {
	const {exitCode, halt, events} = await runOnMemory(t, {
		recipe: ssr,
		overrides: {verify: {coverage: 'none'}},
	});
	t.is(exitCode, 5);
	t.truthy(halt);
	t.like(
		events.find(event => event.type === 'step.skipped' && event.step === 'issue-certificate'),
		{
			reason: 'no device is sanitized, so there is nothing to certify',
		},
	);
});

test('a certificate that exists already is not replaced', async t => {
	const {exitCode, events} = await runOnMemory(t, {
		recipe: ssr,
		async onEvent(event) {
			if (event.type === 'step.finished' && event.logDir !== undefined) {
				await writeFile(path.join(event.logDir, 'certificate.json'), 'older');
			}
		},
	});
	const failure = events.find(event => event.type === 'step.failed');
	t.is(exitCode, 6);
	t.regex(failure?.type === 'step.failed' ? failure.message : '', /exists already/);
});
