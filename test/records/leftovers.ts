import {cpSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync} from 'node:fs';
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
	mkdirSync(target, {recursive: true});
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
	test(`a copy in the log directory that a kill left ${title} is made again`, async t => {
		const {state, logDir, target, goOn} = await killed(t);
		writeFileSync(path.join(target, 'journal.jsonl'), Buffer.concat(rest(read(state))));
		const records = await goOn(state);
		t.is(await records.moveTo(logDir), target);
		t.is((await readKeptRun(target)).head.seq, 3);
		t.throws(() => readdirSync(state), {code: 'ENOENT'});
	});
}

test('what is no beginning of the records stays, and with it the log where it was', async t => {
	const {state, logDir, target, goOn} = await killed(t);
	writeFileSync(path.join(target, 'journal.jsonl'), `${read(state)}{"seq":3}\n`);
	const before = read(target);
	const records = await goOn(state);
	t.is((await failure(t, records.moveTo(logDir))).code, 'LOG_NOT_KEPT');
	t.deepEqual(read(target), before);
	t.is(records.directory, state);
});

test('who was killed after the move goes on where the records are, and clears the old place', async t => {
	const {place, state, logDir, target, goOn} = await killed(t);
	cpSync(state, target, {recursive: true});
	symlinkSync(target, path.join(place, 'link'));
	const records = await goOn(path.join(place, 'link'));
	t.is(await records.moveTo(logDir), path.join(place, 'link'));
	t.deepEqual(readdirSync(target), ['journal.jsonl', 'run.log']);
	t.throws(() => readdirSync(state), {code: 'ENOENT'});
	t.regex(read(target, 'run.log').toString(), /run\.resumed\n$/);
});
