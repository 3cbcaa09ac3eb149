import {appendFile, open, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {followJournal} from '../../../src/commands/session/follow.ts';
import type {EventBody, RunEvent} from '../../../src/events.ts';
import {Journal} from '../../../src/journal.ts';
import {temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {numbered} from '../../_helpers/plan.ts';

const linesOf = (bodies: readonly EventBody[]): readonly string[] => {
	const journal = new Journal();
	return numbered(bodies).map(event => `${journal.add(event)}\n`);
};

const warning = (message: string): EventBody => ({type: 'run.warned', code: 'NO_SPACE', message});
const finished: EventBody = {type: 'run.finished', outcome: 'failed', exitCode: 4, devices: []};
const leaving: EventBody = {type: 'step.started', step: 'leave-disk', title: 'leave'};

const follow = async (
	t: ExecutionContext,
	known: string,
	{isAlive = true, isEnough = () => false}: {isAlive?: boolean; isEnough?: () => boolean} = {},
) => {
	const journal = path.join(await temporaryDirectory(t), 'journal.jsonl');
	await writeFile(journal, known);
	const file = await open(journal);
	t.teardown(async () => file.close());
	const seen: RunEvent[] = [];
	const state = {isAlive};
	const ended = followJournal({
		...{file, journal, isEnough, fromByte: Buffer.byteLength(known)},
		onEvent: event => void seen.push(event),
		isAlive: async () => state.isAlive,
	});
	return {ended, seen, state, append: async (text: string | Buffer) => appendFile(journal, text)};
};

test('what is added is told to the end of the run, whole lines at a time, whatever pieces it comes in', async t => {
	const [known = '', ...lines] = linesOf([
		warning('known'),
		warning('größer'),
		warning('x'.repeat(200_000)),
		finished,
	]);
	const {ended, seen, append} = await follow(t, known);
	const bytes = Buffer.from(lines.join(''));
	// Within the two bytes of an umlaut.
	const cut = bytes.indexOf(Buffer.from('ö')) + 1;
	await append(bytes.subarray(0, cut));
	await sleep(300);
	t.deepEqual(seen, []);
	await append(bytes.subarray(cut));
	t.is(await ended, 4);
	t.deepEqual(
		seen.map(event => (event.type === 'run.warned' ? event.message.slice(0, 10) : event.type)),
		['größer', 'xxxxxxxxxx', 'run.finished'],
	);
	t.false(seen.some(event => 'prev' in event));
});

test('a run that went on in RAM is followed no further', async t => {
	const {ended} = await follow(t, '', {isAlive: false}).then(async followed => {
		await followed.append(linesOf([leaving]).join(''));
		return followed;
	});
	t.is(await ended, undefined);
});

test('a process that ended without a word is a fault, and the journal is named', async t => {
	const {ended} = await follow(t, linesOf([leaving, warning('a')]).join(''), {isAlive: false});
	await t.throwsAsync(ended, {
		code: 'INTERNAL',
		message: /ended without a word; its journal is .*journal\.jsonl/,
	});
});

test('whoever has had enough is let go', async t => {
	const {ended} = await follow(t, '', {isEnough: () => true});
	t.is(await ended, undefined);
});
