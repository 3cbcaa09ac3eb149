import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {createPlace, type Place} from '../_helpers/cli.ts';
import {runMain} from '../_helpers/main.ts';

const totalBytes = 100_000;

const erase = async (place: Place, ...options: readonly string[]) => {
	const image = await place.image(totalBytes);
	const {exitCode, stderr} = await runMain([
		...['run', 'erase', '--device', `file:${image}`, '--confirm', image],
		...[...place.args, '--eraser', 'direct', ...options],
	]);
	const [directory = ''] = (await place.runs()).log;
	return {
		exitCode,
		stderr,
		directory,
		journal: await readFile(path.join(directory, 'journal.jsonl'), 'utf8'),
	};
};

const show = async (file: string) => runMain(['certificate', 'show', file]);

test('a certificate and the journal that proves it are shown alike', async t => {
	const place = await createPlace(t);
	const {directory} = await erase(place);
	const [certificate, journal] = ['certificate.json', 'journal.jsonl'].map(name =>
		path.join(directory, name),
	);
	const shown = await show(certificate ?? '');
	t.is(shown.exitCode, 0, shown.stderr);
	t.regex(shown.stdout, /^CERTIFICATE OF SANITIZATION$/m);
	t.regex(shown.stdout, /^outcome +SANITIZED$/m);
	t.regex(shown.stdout, /^size .+\(100000 bytes\)$/m);
	t.deepEqual(
		shown.stdout.split('\n').filter(line => line.length > 80 && !line.includes(place.directory)),
		[],
	);
	const replayed = await show(journal ?? '');
	t.deepEqual([replayed.exitCode, replayed.stdout], [0, shown.stdout]);
	for (const file of [certificate, journal]) {
		const {stdout} = await runMain(['certificate', 'show', '--json', file ?? '']);
		t.is(stdout, await readFile(certificate ?? '', 'utf8'));
	}
});

interface Forgery {
	readonly title: string;
	forge(journal: string): string;
	readonly cause: RegExp;
}

const forgeries: readonly Forgery[] = [
	{
		title: 'with a changed line',
		forge: journal => journal.replace('"writtenBytes":100000', '"writtenBytes":100001'),
		cause: /:\d+: it does not fit its seal/,
	},
	{
		title: 'without one of its lines',
		forge: journal => journal.split('\n').toSpliced(3, 1).join('\n'),
		cause: /:4: its hash chain is broken/,
	},
	{
		title: 'without its start',
		forge: journal => journal.split('\n').slice(1).join('\n'),
		cause: /disk\.jsonl/,
	},
	{
		title: 'that stops before the certificate was issued',
		forge: journal => `${journal.split('\n').slice(0, 5).join('\n')}\n`,
		cause: /the run it tells of came to no certificate/,
	},
	{title: 'of other text', forge: () => 'hello\n', cause: /it is not JSON/},
	{title: 'of other JSON', forge: () => '{"seq":1}\n', cause: /disk\.jsonl: /},
	{title: 'that is empty', forge: () => '', cause: /it is not JSON/},
];

const isRefused = async (t: ExecutionContext, file: string, cause: RegExp): Promise<void> => {
	const end = await show(file);
	t.is(end.exitCode, 2);
	t.is(end.stdout, '');
	const [said = '', hint = ''] = end.stderr.split('\nhint: ');
	t.regex(said, cause);
	t.true(hint.trim().length > 0);
};

for (const {title, forge, cause} of forgeries) {
	test(`a journal ${title} shows no certificate`, async t => {
		const place = await createPlace(t);
		const {journal} = await erase(place);
		await isRefused(t, await place.write('disk.jsonl', forge(journal)), cause);
	});
}

test('a last line that a crash tore is left out', async t => {
	const place = await createPlace(t);
	const {directory, journal} = await erase(place);
	const whole = await show(path.join(directory, 'journal.jsonl'));
	const torn = await show(await place.write('torn.jsonl', journal.slice(0, -20)));
	t.deepEqual([torn.exitCode, torn.stdout], [0, whole.stdout]);
});

test('the journal of a run that verified nothing proves nothing', async t => {
	const place = await createPlace(t);
	const {exitCode, stderr, directory} = await erase(place, '--verify', 'none');
	t.is(exitCode, 5);
	t.regex(stderr, /verification was not asked for; .*all 100000 bytes were written/);
	t.regex(stderr, /hint: verify it before you release it/);
	await isRefused(t, path.join(directory, 'journal.jsonl'), /came to no certificate/);
});

test('a certificate that was changed, a directory and nothing at all are refused', async t => {
	const place = await createPlace(t);
	const {directory} = await erase(place);
	const certificate = await readFile(path.join(directory, 'certificate.json'), 'utf8');
	const changed = certificate.replace('"outcome": "sanitized"', '"outcome": "failed"');
	t.not(changed, certificate);
	await isRefused(t, await place.write('changed.json', changed), /outcome/);
	await isRefused(t, place.directory, /it is not a regular file/);
	await isRefused(t, path.join(place.directory, 'missing.json'), /no such file or directory/);
});
