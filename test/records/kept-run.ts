import {appendFileSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {chmod, chown} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {RunEvents} from '../../src/events.ts';
import {hashLine, readJournal} from '../../src/journal.ts';
import {readKeptRun} from '../../src/records/kept-run.ts';
import {createRecords} from '../../src/records/run-records.ts';
import {failure} from '../_helpers/failure.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {keptRun} from '../_helpers/kept.ts';
import {isRoot} from '../_helpers/loop.ts';
import {runMain} from '../_helpers/main.ts';
import {memoryFacts, planOf, runId} from '../_helpers/plan.ts';

const plan = planOf();

const certificate = {device: '/dev/sdz', path: '/ram/certificate.json', sha256: 'x', text: '{"a":1}\n'};

const issued = {
	type: 'step.finished',
	step: 'issue-certificate',
	durationMs: 1,
	certificates: [certificate],
} as const;

test('a run is read back as it was told', async t => {
	const directory = await keptRun(await temporaryDirectory(t), plan, {
		type: 'run.confirmed',
		confirmations: ['S'],
	});
	const kept = await readKeptRun(directory);
	const text = readFileSync(path.join(directory, 'journal.jsonl'), 'utf8');
	t.deepEqual(kept.plan, plan);
	t.deepEqual(
		kept.events.map(({type}) => type),
		['run.planned', 'run.confirmed'],
	);
	t.deepEqual(kept.head, {hash: hashLine(text.trimEnd().split('\n').at(-1) ?? ''), seq: 2});
	t.is(kept.journalBytes, Buffer.byteLength(text));
	t.is(kept.logBytes, statSync(path.join(directory, 'run.log')).size);
	t.is(kept.report.runId, runId);
});

test('what a crash tore, and room that was held, is not counted, in bytes and not in characters', async t => {
	const directory = await keptRun(await temporaryDirectory(t), planOf({hostname: 'größer'}));
	const before = await readKeptRun(directory);
	appendFileSync(path.join(directory, 'journal.jsonl'), '{"seq":2,"type":"ü');
	appendFileSync(path.join(directory, 'run.log'), Buffer.alloc(4096));
	t.deepEqual(await readKeptRun(directory), before);
});

test('what is no run is refused with the file', async t => {
	const place = await temporaryDirectory(t);
	t.regex((await failure(t, readKeptRun(place))).message, /^reading .*journal\.jsonl: /);
	const directory = await keptRun(place, plan);
	const journal = path.join(directory, 'journal.jsonl');
	rmSync(path.join(directory, 'run.log'));
	await failure(t, readKeptRun(directory));
	writeFileSync(path.join(directory, 'run.log'), '');
	const line = JSON.stringify({
		...{seq: 1, at: '2026-11-21T00:00:00.000Z', runId, type: 'run.retried', attempt: 1},
		prev: '0'.repeat(64),
	});
	writeFileSync(journal, `${line}\n`);
	const error = await failure(t, readKeptRun(directory));
	t.is(error.code, 'JOURNAL_INVALID');
	t.regex(error.message, /does not begin with a plan/);
});

test('the records go on in the same files, with one chain, and have what was issued before', async t => {
	const directory = await keptRun(await temporaryDirectory(t), plan, issued);
	writeFileSync(path.join(directory, 'certificate.json'), certificate.text);
	const kept = await readKeptRun(directory);
	const events = new RunEvents({runId, now: () => new Date(0)});
	kept.events.forEach(event => void events.replay(event));
	const records = createRecords({events, stateDir: '/nowhere', kept, describe: ({type}) => [`log ${type}`]});
	events.emit({type: 'run.retried', attempt: 2});
	t.is(records.directory, directory);
	const files = new Map(records.files().map(({name, text}) => [name, text]));
	t.deepEqual([...files.keys()], ['journal.jsonl', 'run.log', 'certificate.json']);
	t.is(files.get('certificate.json'), certificate.text);
	t.is(files.get('run.log'), 'the log so far\nlog run.retried\n');
	t.deepEqual(
		readJournal(files.get('journal.jsonl') ?? '', 'j').map(({event}) => event.type),
		['run.planned', 'step.finished', 'run.retried'],
	);
	await t.throwsAsync(records.writeBeside('certificate.json', 'another'), {message: /exists already/});
	t.is(readFileSync(path.join(directory, 'certificate.json'), 'utf8'), certificate.text);
	t.true(records.sync());
	records[Symbol.dispose]();
	t.is((await readKeptRun(directory)).head.seq, 3);
});

const asRoot = isRoot ? test : test.skip;

for (const [title, spoil] of [
	[
		'that others can write to',
		async (directory: string) => chmod(path.join(directory, 'journal.jsonl'), 0o666),
	],
	['of somebody else', async (directory: string) => chown(path.join(directory, 'journal.jsonl'), 4711, 4711)],
	['in a directory of somebody else', async (directory: string) => chown(directory, 4711, 4711)],
	['in a directory that others can write to', async (directory: string) => chmod(directory, 0o777)],
] as const) {
	asRoot(`a journal ${title} is not resumed`, async t => {
		const place = await temporaryDirectory(t);
		const directory = await keptRun(place, planOf({devices: [memoryFacts({target: `file:${place}/none`})]}));
		const resume = async () => runMain(['resume', path.join(directory, 'journal.jsonl')]);
		t.regex((await resume()).stderr, /DEVICE_MISSING|there is no|no such|does not exist/i);
		await spoil(directory);
		const end = await resume();
		t.is(end.exitCode, 3, end.stderr);
		t.regex(end.stderr, /^zeroize: resume: reading \S+journal\.jsonl: .*\nhint: start a new run/);
	});
}
