import {existsSync} from 'node:fs';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {createPlace, isAllZero, type Place} from '../_helpers/cli.ts';
import {isRoot} from '../_helpers/loop.ts';
import {runMain} from '../_helpers/main.ts';
import {fillUp, mountTmpfs} from '../_helpers/tmpfs.ts';

const totalBytes = 100_000;

const serial = isRoot ? test.serial : test.serial.skip;

const erase = async (place: Place, options: readonly string[]) => {
	const image = await place.image(totalBytes);
	const args = ['run', 'erase', '--device', `file:${image}`, '--confirm', image];
	const end = await runMain([...args, '--progress', 'json', ...place.args, ...options]);
	return {end, isErased: await isAllZero(image, totalBytes)};
};

const textsIn = async (directory: string) => {
	const [journal, log, certificate] = await Promise.all(
		['journal.jsonl', 'run.log', 'certificate.json'].map(async name => {
			const file = path.join(directory, name);
			return existsSync(file) ? readFile(file, 'utf8') : null;
		}),
	);
	return {journal, log, certificate};
};

/** Complete, and what the certificate says is what the journal proves. */
const holdsProof = async (t: ExecutionContext, directory: string): Promise<void> => {
	const {journal, log, certificate} = await textsIn(directory);
	t.true(journal?.trimEnd().split('\n').at(-1)?.includes('"run.finished"'));
	t.regex(log ?? '', / SANITIZED /);
	const replayed = await runMain(['certificate', 'show', '--json', path.join(directory, 'journal.jsonl')]);
	t.is(replayed.stdout, certificate ?? 'missing');
};

const fullStates: Readonly<Record<string, (t: ExecutionContext, directory: string) => Promise<void>>> = {
	'that is full from the start': async (t, directory) => {
		await mountTmpfs(t, directory);
		await fillUp(directory);
	},
	'in which not even a directory can be made': async (t, directory) => {
		await mountTmpfs(t, directory, 'size=64k,nr_inodes=2');
		await fillUp(directory);
	},
	'that fills up during the run': async (t, directory) => {
		await mountTmpfs(t, directory);
		await fillUp(directory, 2);
	},
};

for (const [title, prepare] of Object.entries(fullStates)) {
	serial(`a state directory ${title} costs nothing but a warning`, async t => {
		const place = await createPlace(t);
		await prepare(t, place.state);
		const {end, isErased} = await erase(place, []);
		t.is(end.exitCode, 0, end.stderr);
		t.true(isErased);
		t.true(end.events.some(event => event.type === 'run.warned' && event.code === 'NO_SPACE'));
		await holdsProof(t, (await place.runs()).log[0] ?? '');
	});
}

interface Unwritable {
	/** The log directory to be asked for. */
	prepare(t: ExecutionContext, place: Place): Promise<string>;
	readonly cause: RegExp;
}

const unwritable: Readonly<Record<string, Unwritable>> = {
	'below a regular file': {
		async prepare(_t, {directory}) {
			await writeFile(path.join(directory, 'file'), '');
			return path.join(directory, 'file/log');
		},
		cause: /keep-log: creating .+\/file\/log\/.+: not a directory/,
	},
	'in /proc': {
		prepare: async () => '/proc/zeroize/log',
		cause: /keep-log: creating \/proc\/zeroize\/log\/.+: no such file or directory/,
	},
	'on a full file system': {
		async prepare(t, {log}) {
			await mountTmpfs(t, log);
			await fillUp(log);
			return log;
		},
		cause: /keep-log: moving the log to .+: no space left on device/,
	},
	'on a read-only file system': {
		prepare: async (t, {log}) => mountTmpfs(t, log, 'size=64k,ro'),
		cause: /keep-log: creating .+: read-only file system/,
	},
};

for (const [title, {prepare, cause}] of Object.entries(unwritable)) {
	serial(`a log directory ${title} leaves journal and certificate where they are`, async t => {
		const place = await createPlace(t);
		const {end, isErased} = await erase(place, ['--log-dir', await prepare(t, place)]);
		t.is(end.exitCode, 6, end.stderr);
		t.true(isErased);
		t.regex(end.stderr, cause);
		const [state = ''] = (await place.runs()).state;
		t.true(end.stderr.includes(`hint: it is complete in ${state}: copy it from there`), end.stderr);
		t.like(end.events.at(-1), {type: 'run.finished', outcome: 'aftercare-failed', exitCode: 6});
		const {journal, log, certificate} = await textsIn(state);
		t.regex(journal ?? '', /"outcome":"aftercare-failed"/);
		t.regex(log ?? '', / AFTERCARE FAILED /);
		t.like(JSON.parse(certificate ?? '{}'), {outcome: 'sanitized', totalBytes});
	});
}

serial(
	'with both directories full the run ends with 6, and says that the console alone has the log',
	async t => {
		const place = await createPlace(t);
		for (const directory of [place.state, place.log]) {
			await mountTmpfs(t, directory, 'size=64k,nr_inodes=2');
			await fillUp(directory);
		}

		const {end, isErased} = await erase(place, []);
		t.is(end.exitCode, 6, end.stderr);
		t.true(isErased);
		t.regex(end.stderr, /hint: it is on this console alone: copy it now/);
		const failures = end.events.flatMap(event => (event.type === 'step.failed' ? [event.step] : []));
		t.deepEqual(failures, ['keep-log', 'issue-certificate']);
	},
);

serial('a certificate that finds no room ends the run with 6; the log has the other one', async t => {
	const place = await createPlace(t);
	const full = await mountTmpfs(t, path.join(place.directory, 'full'));
	await fillUp(full);
	const {end, isErased} = await erase(place, ['--certificate', path.join(full, 'certificate.json')]);
	t.is(end.exitCode, 6, end.stderr);
	t.true(isErased);
	t.regex(end.stderr, /issue-certificate: writing the certificate of .+: no space left on device/);
	t.regex(end.stderr, /hint: make room there, or name another place/);
	const {certificate} = await textsIn((await place.runs()).log[0] ?? '');
	t.like(JSON.parse(certificate ?? '{}'), {outcome: 'sanitized', totalBytes});
});

test('the certificate that was asked for is the same as the one beside the log', async t => {
	const place = await createPlace(t);
	await mkdir(path.join(place.directory, 'papers'));
	const file = path.join(place.directory, 'papers/certificate.json');
	const {end} = await erase(place, ['--certificate', file]);
	t.is(end.exitCode, 0, end.stderr);
	const [log = ''] = (await place.runs()).log;
	t.is(await readFile(file, 'utf8'), (await textsIn(log)).certificate ?? 'missing');
	await holdsProof(t, log);
});
