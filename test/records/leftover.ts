import {
	chmodSync,
	cpSync,
	linkSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {RunEvents} from '../../src/events.ts';
import {readKeptRun} from '../../src/records/kept-run.ts';
import {createRecords} from '../../src/records/run-records.ts';
import {failure} from '../_helpers/failure.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {keptRun} from '../_helpers/kept.ts';
import {planOf, runId} from '../_helpers/plan.ts';

/** A run that was killed as it moved its records, and the process that goes on with it. */
const killed = async (t: ExecutionContext) => {
	const place = await temporaryDirectory(t);
	const state = path.join(place, `zeroize-${runId}`);
	renameSync(await keptRun(place, planOf(), {type: 'run.confirmed', confirmations: ['S']}), state);
	const logDir = path.join(place, 'log');
	const target = path.join(logDir, runId);
	mkdirSync(target, {recursive: true, mode: 0o700});
	const goOn = async (directory: string) => {
		const kept = await readKeptRun(directory);
		const events = new RunEvents({runId, now: () => new Date(0)});
		kept.events.forEach(event => void events.replay(event));
		const records = createRecords({events, stateDir: place, kept, describe: ({type}) => [type]});
		t.teardown(() => records[Symbol.dispose]());
		events.emit({type: 'run.resumed', devices: []});
		return records;
	};
	return {place, state, logDir, target, goOn};
};

const read = (directory: string, name = 'journal.jsonl') => readFileSync(path.join(directory, name));

for (const [title, rest] of [
	['whole, with the room behind it', (journal: Buffer) => [journal, Buffer.alloc(80 * 1024)]],
	['torn', (journal: Buffer) => [journal.subarray(0, 100)]],
	['empty', () => []],
] as const) {
	test(`a copy in the log directory that a kill left ${title} is gone on with`, async t => {
		const {state, logDir, target, goOn} = await killed(t);
		writeFileSync(path.join(target, 'journal.jsonl'), Buffer.concat(rest(read(state))));
		const records = await goOn(state);
		t.is(await records.moveTo(logDir), target);
		t.is((await readKeptRun(target)).head.seq, 3);
		t.throws(() => readdirSync(state), {code: 'ENOENT'});
	});
}

for (const [title, put] of [
	['more than the records', (file: string, whole: Buffer) => writeFileSync(file, `${whole}{"seq":3}\n`)],
	['something else', (file: string) => writeFileSync(file, 'mine')],
	['the records under a second name', (file: string, _whole: Buffer, own: string) => linkSync(own, file)],
	['a link to the records', (file: string, _whole: Buffer, own: string) => symlinkSync(own, file)],
	['a directory', (file: string) => mkdirSync(file)],
] as const) {
	test(`where the log directory has ${title}, that stays, and the log where it was`, async t => {
		const {state, logDir, target, goOn} = await killed(t);
		const own = path.join(state, 'journal.jsonl');
		put(path.join(target, 'journal.jsonl'), read(state), own);
		const before = statSync(path.join(target, 'journal.jsonl'));
		const records = await goOn(state);
		t.is((await failure(t, records.moveTo(logDir))).code, 'LOG_NOT_KEPT');
		t.is(records.directory, state);
		t.true(records.sync());
		t.is((await readKeptRun(state)).head.seq, 3);
		t.is(statSync(path.join(target, 'journal.jsonl')).ino, before.ino);
	});
}

test('a directory that others can write to is not gone on with', async t => {
	const {state, logDir, target, goOn} = await killed(t);
	chmodSync(target, 0o777);
	const records = await goOn(state);
	t.is((await failure(t, records.moveTo(logDir))).code, 'LOG_NOT_KEPT');
	t.deepEqual(readdirSync(target), []);
});

test('who was killed after the move goes on where the records are, by whatever name, and removes nothing', async t => {
	const {place, state, logDir, target, goOn} = await killed(t);
	cpSync(state, target, {recursive: true});
	symlinkSync(target, path.join(place, 'link'));
	const records = await goOn(path.join(place, 'link'));
	t.is(await records.moveTo(logDir), path.join(place, 'link'));
	for (const directory of [target, state]) {
		t.deepEqual(readdirSync(directory), ['journal.jsonl', 'run.log']);
	}

	t.regex(read(target, 'run.log').toString(), /run\.resumed\n$/);
	t.true(records.sync());
});

test('a journal that somebody removed is not kept', async t => {
	const {state, goOn} = await killed(t);
	const records = await goOn(state);
	t.true(records.sync());
	rmSync(path.join(state, 'journal.jsonl'));
	t.false(records.sync());
});
