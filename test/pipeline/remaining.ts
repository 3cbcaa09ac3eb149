import {appendFileSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type {RunEvent} from '../../src/events.ts';
import {goOn, runAndCut} from '../_helpers/go-on-in-memory.ts';
import {recipeOf} from '../_helpers/plan.ts';
import {isZero} from '../_helpers/run-on-memory.ts';

const ssr = recipeOf(
	['stop-service', {unit: '128T', timeout: 1000}],
	['enter-emergency'],
	['erase', {eraser: 'direct'}],
	['verify', {coverage: 'full', percent: 10}],
	['keep-log'],
	['issue-certificate'],
	['power-off', {by: 'sysrq', how: 'poweroff'}],
);

const ends = new Set(['step.finished', 'step.skipped', 'step.failed']);

/** `erase /memory/A` for each event of a kind. */
const named = (events: readonly RunEvent[], isWanted: (type: string) => boolean): readonly string[] =>
	events.flatMap(event =>
		isWanted(event.type) && 'step' in event ? [`${event.step} ${event.device ?? ''}`.trim()] : [],
	);

const begun = (events: readonly RunEvent[]) => named(events, type => type === 'step.started');
const ended = (events: readonly RunEvent[]) => named(events, type => ends.has(type));
const certified = (events: readonly RunEvent[]) =>
	events.flatMap(event => (event.type === 'step.finished' ? (event.certificates ?? []) : []));

for (const [title, serials] of [
	['one device', ['A']],
	['two devices', ['A', 'B']],
] as const) {
	test(`wherever a run of ${title} is handed over, it comes to the same end, and does nothing twice`, async t => {
		const {events, remains} = await runAndCut(t, {
			recipe: ssr,
			devices: serials.map(serial => ({serial})),
		});
		t.true(remains.length > 12);
		for (const [index, remain] of remains.slice(0, -1).entries()) {
			const where = `after event ${index + 1}, ${events[index]?.type}`;
			const before = events.slice(0, index + 1);
			const end = await goOn(remain);
			t.is(end.exitCode, 0, where);
			t.true(end.devices.every(isZero), where);
			t.like(end.events.at(-1), {type: 'run.finished', outcome: 'sanitized'}, where);
			t.deepEqual(end.events.slice(0, before.length), before, where);
			t.true(end.events.every(({runId}) => runId === events[0]?.runId));
			t.deepEqual([...begun(end.events)].sort(), [...begun(events)].sort(), where);
			t.deepEqual([...ended(end.events)].sort(), [...ended(events)].sort(), where);
			t.deepEqual(
				certified(end.events)
					.map(({device}) => device)
					.sort(),
				serials.map(serial => `/memory/${serial}`),
			);
			for (const {path: file, text} of certified(end.events)) {
				t.is(readFileSync(path.join(remain.directory, path.basename(file)), 'utf8'), text);
			}

			const isDone = new Set(ended(before));
			t.deepEqual(
				end.writes.map(count => count > 0),
				serials.map(serial => !isDone.has(`erase /memory/${serial}`)),
				where,
			);
			t.is(end.recorded.includes('systemctl stop 128T'), !isDone.has('stop-service'), where);
		}
	});
}

test('wherever a run that fails is handed over, it is no better for that', async t => {
	const faults = [{on: 'read', at: {offset: 1024, length: 512}, error: 'EIO'}] as const;
	const {events, remains} = await runAndCut(t, {
		recipe: ssr,
		devices: [{serial: 'BAD', faults}, {serial: 'GOOD'}],
	});
	for (const [index, remain] of remains.slice(0, -1).entries()) {
		// Once the failure is told, a device that works again changes nothing.
		const isTold = events.slice(0, index + 1).some(({type}) => type === 'step.failed');
		const end = await goOn(remain, {faults: isTold ? [] : [faults]});
		t.is(end.exitCode, 4, `after event ${index + 1}`);
		t.is(end.halt, null);
		t.deepEqual(
			certified(end.events).map(({device}) => device),
			['/memory/GOOD'],
		);
	}
});

test('a line that a crash tore is dropped, of the journal and of the log', async t => {
	const {remains} = await runAndCut(t, {recipe: ssr});
	const remain = remains[4];
	if (!remain) {
		return t.fail();
	}

	const [journal, log] = ['journal.jsonl', 'run.log'].map(name => path.join(remain.directory, name));
	const before = readFileSync(journal ?? '', 'utf8');
	appendFileSync(journal ?? '', '{"seq":6,"at":"größ');
	// Room that was held for it, and never used.
	appendFileSync(log ?? '', `half a li${'\0'.repeat(100)}`);
	const end = await goOn(remain);
	t.is(end.exitCode, 0);
	t.true(readFileSync(journal ?? '', 'utf8').startsWith(before));
	const lines = readFileSync(log ?? '', 'utf8');
	t.regex(lines, /^as far as event 5\nstep\.started\n/);
});

test('a journal that was changed is not gone on with', async t => {
	const {remains} = await runAndCut(t, {recipe: ssr});
	const remain = remains[4];
	const journal = path.join(remain?.directory ?? '', 'journal.jsonl');
	const text = readFileSync(journal, 'utf8');
	writeFileSync(journal, text.replace('"serial":"SERIAL1"', '"serial":"SERIAL2"'));
	const before = readdirSync(remain?.directory ?? '').length;
	await t.throwsAsync(goOn(remain as NonNullable<typeof remain>), {
		code: 'JOURNAL_INVALID',
		message: /:1: it does not fit its seal/,
	});
	t.is(readdirSync(remain?.directory ?? '').length, before);
});
