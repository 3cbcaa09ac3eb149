import {open, readFile, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readJournal} from '../../src/journal.ts';
import {createPlace, isAllZero, type Place, zeroize} from '../_helpers/cli.ts';
import {isRoot} from '../_helpers/loop.ts';
import {makeKey} from '../_helpers/proof.ts';
import {slowFile} from '../_helpers/slow-file.ts';

const asRoot = isRoot ? test : test.skip;

const isWriting = /"step\.progress","step":"erase".*"bytes":[1-9]/;

const journalOf = async (place: Place): Promise<string> => {
	const [run = ''] = (await place.runs()).state;
	return path.join(run, 'journal.jsonl');
};

/** A run on a slow device that a signal ends while it writes. */
const cutRun = async (
	t: ExecutionContext,
	scheme: 'loop' | 'file',
	eraser: string,
	signal: NodeJS.Signals,
	{place: given, more = []}: {readonly place?: Place; readonly more?: readonly string[]} = {},
) => {
	const place = given ?? (await createPlace(t));
	const slow = await slowFile(t, place.directory, {writeDelayMs: 40});
	const target = `${scheme}:${slow.path}`;
	const options = [...place.args, '--eraser', eraser, '--progress', 'json', ...more];
	const end = await zeroize(['run', 'erase', '--device', target, '--confirm', slow.path, ...options], {
		interrupt: {signal, when: isWriting},
	});
	return {place, slow, end, journal: await journalOf(place)};
};

for (const [scheme, eraser, signal] of [
	['loop', 'dd', 'SIGKILL'],
	['file', 'direct', 'SIGKILL'],
	['loop', 'direct', 'SIGINT'],
	['file', 'dd', 'SIGTERM'],
] as const) {
	asRoot(`a run of ${eraser} on ${scheme}: that ${signal} ended is resumed to its end`, async t => {
		const {place, slow, end, journal} = await cutRun(t, scheme, eraser, signal);
		t.not(end.exitCode, 0);
		const resumed = await zeroize(['resume', journal, '--progress', 'json'], {timeoutMs: 60_000});
		t.is(resumed.exitCode, 0, resumed.stderr);
		t.true(await isAllZero(slow.path, slow.totalBytes));
		const [run = ''] = (await place.runs()).log;
		const kept = path.join(run, 'journal.jsonl');
		const events = readJournal(await readFile(kept, 'utf8'), kept).map(({event}) => event);
		t.is(new Set(events.map(({runId}) => runId)).size, 1);
		t.is(events.filter(({type}) => type === 'run.resumed').length, 1);
		t.like(events.at(-1), {type: 'run.finished', outcome: 'sanitized', exitCode: 0});
		t.is((await zeroize(['certificate', 'show', kept])).exitCode, 0);
	});
}

asRoot('a signed run is resumed with its key and no other, and its certificate and journal hold', async t => {
	const place = await createPlace(t);
	const [key, other] = [await makeKey(place), await makeKey(place, 'other.pem')];
	const {slow, journal} = await cutRun(t, 'file', 'direct', 'SIGKILL', {place, more: ['--key', key.file]});
	const before = await readFile(journal, 'utf8');
	await rename(key.file, `${key.file}.moved`);
	for (const [options, says] of [
		[[], /key\.pem: no such file/],
		[['--key', other.file], /other\.pem is the key .+, not /],
	] as const) {
		const end = await zeroize(['resume', journal, ...options]);
		t.is(end.exitCode, 3);
		t.regex(end.stderr, says);
		t.is(await readFile(journal, 'utf8'), before);
	}

	const end = await zeroize(['resume', journal, '--key', `${key.file}.moved`], {timeoutMs: 60_000});
	t.is(end.exitCode, 0, end.stderr);
	t.true(await isAllZero(slow.path, slow.totalBytes));
	const [run = ''] = (await place.runs()).log;
	const [certificate, kept] = ['certificate.json', 'journal.jsonl'].map(name => path.join(run, name));
	const verified = await zeroize([
		...['certificate', 'verify', certificate ?? '', '--journal', kept ?? '', '--key', key.keyId],
	]);
	t.is(verified.exitCode, 0, verified.stdout);
});

test('a run that was planned without a key takes none when it is resumed', async t => {
	const {journal} = await unkeptRun(t);
	const {exitCode, stderr} = await zeroize(['resume', journal, '--key', journal]);
	t.is(exitCode, 2);
	t.regex(stderr, /was planned without a key/);
});

/** A run that erased its file and then could not keep its log: there is something left to resume. */
const unkeptRun = async (t: ExecutionContext) => {
	const place = await createPlace(t);
	const image = await place.image(1024 * 1024);
	const notADirectory = await place.write('log', '');
	const places = ['--state-dir', place.state, '--log-dir', path.join(notADirectory, 'x')];
	const end = await zeroize(['run', 'erase', '--device', `file:${image}`, '--confirm', image, ...places]);
	t.is(end.exitCode, 6, end.stderr);
	return {place, image, notADirectory, journal: await journalOf(place)};
};

test('what failed after the erase is done when its cause is gone, and the erase is not done again', async t => {
	const {journal, notADirectory} = await unkeptRun(t);
	await rm(notADirectory);
	const {exitCode, stderr, events} = await zeroize(['resume', journal, '--progress', 'json']);
	t.is(exitCode, 0, stderr);
	t.false(events.some(({type}) => type === 'run.committed'));
	const again = await zeroize([
		'resume',
		path.join(notADirectory, 'x', events[0]?.runId ?? '', 'journal.jsonl'),
	]);
	t.is(again.exitCode, 2);
	t.regex(again.stderr, /has ended well: there is nothing to resume/);
});

test('what was written to a verified device since then is found', async t => {
	const {journal, notADirectory, image} = await unkeptRun(t);
	await rm(notADirectory);
	const handle = await open(image, 'r+');
	await handle.write('SECRET', 5000);
	await handle.close();
	const {exitCode, events} = await zeroize(['resume', journal, '--progress', 'json']);
	t.is(exitCode, 4);
	const last = events.findLast(({type}) => type === 'run.finished');
	t.like(last, {outcome: 'failed', devices: [{nonZero: [{offset: 5000, length: 6}]}]});
});

test('what is not the journal of a run is not taken for one', async t => {
	const {journal} = await unkeptRun(t);
	const {exitCode, stderr} = await zeroize(['resume', journal.replace('journal.jsonl', 'run.log')]);
	t.is(exitCode, 2);
	t.regex(stderr, /run\.log is not the journal of a run/);
});
