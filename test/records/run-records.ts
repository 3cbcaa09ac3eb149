import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {RunEvents} from '../../src/events.ts';
import {readJournal} from '../../src/journal.ts';
import {createRecords} from '../../src/records/run-records.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {isRoot} from '../_helpers/loop.ts';
import {memoryFacts, planOf, runId} from '../_helpers/plan.ts';

const start = async (t: ExecutionContext, place?: (directory: string) => string | null) => {
	const directory = await temporaryDirectory(t);
	const events = new RunEvents({runId, now: () => new Date(0)});
	events.emit({type: 'run.planned', plan: planOf()});
	const stateDir = place ? place(directory) : directory;
	const open = () => createRecords({events, stateDir, describe: ({type}) => [`log ${type}`]});
	return {directory, events, open};
};

test('the records begin with the first event, in a directory of mode 0700', async t => {
	const {directory, events, open} = await start(t);
	using records = open();
	events.emit({type: 'run.warned', code: 'NO_SPACE', message: 'm'});
	const place = path.join(directory, `zeroize-${runId}`);
	t.is(records.directory, place);
	t.is(statSync(place).mode & 0o777, 0o700);
	t.deepEqual(
		readJournal(readFileSync(path.join(place, 'journal.jsonl'), 'utf8'), 'j').map(({event}) => event.type),
		['run.planned', 'run.warned'],
	);
	t.is(readFileSync(path.join(place, 'run.log'), 'utf8'), 'log run.planned\nlog run.warned\n');
	t.is(records.journalHead().seq, 2);
	t.is(records.report().plan?.runId, runId);
});

for (const [title, place] of [
	['is missing', (directory: string) => path.join(directory, 'nowhere')],
	['is a file', (directory: string) => path.join(directory, 'file')],
	['is in /proc', () => '/proc'],
] as const) {
	test(`a state directory that ${title} refuses the run, and names the option`, async t => {
		const {open} = await start(t, directory => {
			writeFileSync(path.join(directory, 'file'), '');
			return place(directory);
		});
		t.throws(open, {code: 'STATE_DIR_UNUSABLE', message: /creating /});
	});
}

test('a directory of that name that is there already is not ours: the run is refused', async t => {
	const {directory, open} = await start(t);
	open()[Symbol.dispose]();
	t.throws(open, {code: 'STATE_DIR_UNUSABLE'});
	t.deepEqual(readdirSync(directory), [`zeroize-${runId}`]);
});

test('a look keeps its records in memory, and has no directory to write beside', async t => {
	const {directory, open} = await start(t, () => null);
	using records = open();
	t.is(records.directory, null);
	await t.throwsAsync(records.writeBeside('a', 'b'), {code: 'LOG_NOT_KEPT'});
	t.deepEqual(readdirSync(directory), []);
});

test('the records move to the log directory, which is created, and the old place is removed', async t => {
	const {directory, events, open} = await start(t);
	using records = open();
	const kept = await records.moveTo(path.join(directory, 'deep', 'log'));
	events.emit({type: 'run.warned', code: 'NO_SPACE', message: 'm'});
	t.is(kept, path.join(directory, 'deep', 'log', runId));
	t.deepEqual(readdirSync(directory), ['deep']);
	t.is(readJournal(readFileSync(path.join(kept, 'journal.jsonl'), 'utf8'), 'j').length, 2);
	t.is(await records.writeBeside('c.json', '{}'), path.join(kept, 'c.json'));
	await t.throwsAsync(records.writeBeside('c.json', '{}'), {message: /exists already/});
});

for (const [title, place] of [
	['below a file', (directory: string) => path.join(directory, 'file', 'log')],
	['in /proc', () => '/proc/log'],
	['taken by an older run', (directory: string) => path.join(directory, 'taken')],
] as const) {
	test(`a log directory ${title} leaves everything where it was, and says where`, async t => {
		const {directory, open} = await start(t);
		using records = open();
		writeFileSync(path.join(directory, 'file'), '');
		const older = createRecords({
			events: new RunEvents({runId, now: () => new Date(0)}),
			stateDir: null,
			describe: () => [],
		});
		await older.moveTo(path.join(directory, 'taken'));
		older[Symbol.dispose]();
		const error = await t.throwsAsync(records.moveTo(place(directory)), {code: 'LOG_NOT_KEPT'});
		const state = path.join(directory, `zeroize-${runId}`);
		t.true(String((error as {hint?: string}).hint).includes(state));
		t.deepEqual(readdirSync(state), ['journal.jsonl', 'run.log']);
		t.is(records.directory, state);
	});
}

test('a file of somebody else in the state directory is not deleted with it', async t => {
	const {directory, open} = await start(t);
	using records = open();
	const state = path.join(directory, `zeroize-${runId}`);
	writeFileSync(path.join(state, 'theirs'), 'x');
	chmodSync(path.join(state, 'theirs'), 0o644);
	await records.moveTo(path.join(directory, 'log'));
	t.deepEqual(readdirSync(state), ['theirs']);
});

const onTmpfs = isRoot ? test.serial : test.serial.skip;

onTmpfs(
	'a state directory that is full from the start costs no event: what is warned of meanwhile is recorded too',
	async t => {
		const {directory, events, open} = await start(t, directory => {
			const place = path.join(directory, 'small');
			mkdirSync(place);
			execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place]);
			t.teardown(() => execFileSync('umount', ['-l', place]));
			writeFileSync(path.join(place, 'ballast'), 'b'.repeat(65_536));
			return place;
		});
		using records = open();
		events.emit({type: 'run.committed', device: memoryFacts()});
		t.truthy(records.report().devices[0]?.committedAt);
		const kept = await records.moveTo(path.join(directory, 'log'));
		const types = readJournal(readFileSync(path.join(kept, 'journal.jsonl'), 'utf8'), 'j').map(
			({event}) => event.type,
		);
		t.deepEqual([types.at(0), types.at(-1)], ['run.planned', 'run.committed']);
		t.true(types.includes('run.warned'));
	},
);
