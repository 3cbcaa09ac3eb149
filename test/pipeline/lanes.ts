import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {parseCertificate} from '../../src/certificate.ts';
import {SanitizeError} from '../../src/errors.ts';
import type {RunEvent} from '../../src/events.ts';
import {foldReport} from '../../src/report.ts';
import {capable} from '../_helpers/nvme-drive.ts';
import {recipeOf} from '../_helpers/plan.ts';
import {isZero, runOnMemory} from '../_helpers/run-on-memory.ts';

const devices = ['ONE', 'TWO', 'THREE'].map(serial => ({serial}));

const ofSteps = (events: readonly RunEvent[], device: string): readonly string[] =>
	events.flatMap(event =>
		'step' in event && event.device === device && event.type !== 'step.progress'
			? [`${event.type} ${event.step}`]
			: [],
	);

test('a device whose turn comes last is erased as the first one is', async t => {
	const {exitCode, events, devices: erased} = await runOnMemory(t, {devices, atOnce: 1});
	t.is(exitCode, 0);
	t.true(erased.every(isZero));
	const order = events.flatMap(event =>
		'device' in event && typeof event.device === 'string' ? [event.device] : [],
	);
	t.deepEqual(
		order.filter((device, index) => device !== order[index - 1]),
		['/memory/ONE', '/memory/TWO', '/memory/THREE'],
		'each to its end before the next one',
	);
});

test('a device that fails makes room for the next one', async t => {
	const faults = [{on: 'write', error: 'EIO'} as const];
	const {
		exitCode,
		events,
		devices: memories,
	} = await runOnMemory(t, {
		devices: [{serial: 'ONE', faults}, {serial: 'TWO'}],
		atOnce: 1,
	});
	t.is(exitCode, 4);
	t.true(ofSteps(events, '/memory/ONE').includes('step.failed erase'));
	t.true(memories[1] && isZero(memories[1]));
});

for (const code of ['INTERRUPTED', 'TERMINATED'] as const) {
	test(`devices that wait when the run is ${code} are skipped, and nothing is written to them`, async t => {
		const result = await runOnMemory(t, {
			devices,
			atOnce: 1,
			abortReason: new SanitizeError(code, 'interrupted'),
			onEvent: (event, abort) => event.type === 'run.committed' && abort(),
		});
		t.is(result.exitCode, code === 'INTERRUPTED' ? 130 : 143);
		for (const device of ['/memory/TWO', '/memory/THREE']) {
			t.deepEqual(ofSteps(result.events, device), ['step.skipped erase', 'step.skipped verify']);
		}

		t.like(
			result.events.find(event => event.type === 'step.skipped'),
			{reason: 'the run was interrupted', code},
		);
		t.true(result.devices.slice(1).every(({bytes}) => bytes.every(byte => byte === 0xa5)));
		t.like(result.events.at(-1), {
			type: 'run.finished',
			outcome: 'interrupted',
			devices: [{outcome: 'interrupted'}, {outcome: 'interrupted'}, {outcome: 'interrupted'}],
		});
		t.is(foldReport(result.events).interrupted, code);
	});
}

test('one device that cannot purge itself is cleared beside one whose purge fails', async t => {
	const facts = {kind: 'disk', transport: 'nvme', drive: capable} as const;
	const {exitCode, events, report} = await runOnMemory(t, {
		devices: [{serial: 'ONE', facts}, {serial: 'TWO'}],
		recipe: recipeOf(
			['purge', {eraser: 'auto', fallback: 'clear', canary: true}],
			['erase', {eraser: 'direct'}],
			['verify', {coverage: 'full', percent: 10}],
			['keep-log'],
			['issue-certificate'],
		),
	});
	t.is(exitCode, 4);
	t.deepEqual(ofSteps(events, '/memory/ONE'), [
		...['step.started purge', 'step.failed purge', 'step.skipped erase', 'step.skipped verify'],
	]);
	t.deepEqual(
		ofSteps(events, '/memory/TWO').filter(text => !text.startsWith('step.started')),
		['step.skipped purge', 'step.finished erase', 'step.finished verify'],
	);
	t.deepEqual(
		report.certificates.map(({device, text}) => [device, parseCertificate(text, device).method]),
		[['/memory/TWO', 'clear']],
	);
	t.regex(parseCertificate(report.certificates[0]?.text ?? '', '').notPurged ?? '', /no whole drive/);
});

test('the journal says how many at once, for whoever resumes', async t => {
	const {directory, plan} = await runOnMemory(t, {devices, atOnce: 2});
	const kept = path.join(plan.logDir, plan.runId);
	t.true((await readdir(directory)).includes('log'));
	const [first = ''] = (await readFile(path.join(kept, 'journal.jsonl'), 'utf8')).split('\n');
	t.is(JSON.parse(first).plan.atOnce, 2);
});
