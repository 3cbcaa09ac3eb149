import {mkdir, readFile, stat, symlink, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {certificateFixtures} from '../_helpers/certificates.ts';
import {createPlace, type Place, zeroize} from '../_helpers/cli.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {attachLoop, isRoot} from '../_helpers/loop.ts';
import {runMain} from '../_helpers/main.ts';
import {readPdf} from '../_helpers/pdf.ts';
import {mountTmpfs} from '../_helpers/tmpfs.ts';

const asRoot = isRoot ? test : test.skip;

const bytes = 100_000;

const erase = async (place: Place, ...options: readonly string[]) => {
	const image = await place.image(bytes);
	const end = await runMain([
		...['run', 'erase', '--device', `file:${image}`, '--confirm', image],
		...[...place.args, '--eraser', 'direct', ...options],
	]);
	const [directory = ''] = (await place.runs()).log;
	return {exitCode: end.exitCode, directory};
};

const pdf = async (...args: readonly string[]) => runMain(['certificate', 'pdf', ...args]);

const fixture = async (t: ExecutionContext, name: keyof typeof certificateFixtures = 'long') => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'certificate.json');
	await writeFile(file, certificateFixtures[name]);
	return {directory, file, output: path.join(directory, 'certificate.pdf')};
};

const isThere = async (file: string): Promise<boolean> =>
	stat(file).then(
		() => true,
		() => false,
	);

test('a run, its certificate on paper, and the certificate back from the picture of the paper', async t => {
	const place = await createPlace(t);
	const {directory} = await erase(place);
	const [certificate, journal] = [
		path.join(directory, 'certificate.json'),
		path.join(directory, 'journal.jsonl'),
	];
	const end = await pdf(certificate, journal, '--output', path.join(directory, 'both.pdf'));
	t.is(end.exitCode, 0, end.stderr);
	t.regex(end.stdout, /both\.pdf: 1 page\n$/);
	t.regex(end.stderr, /journal\.jsonl: the same certificate as in .*certificate\.json: taken once/);
	const file = path.join(directory, 'both.pdf');
	t.is((await stat(file)).mode & 0o777, 0o600);
	const page = await readPdf(t, await readFile(file));
	t.is(page.pages, 1);
	const scanned = await place.write('scanned.txt', (await page.codes()).join('\n'));
	const {stdout} = await runMain(['certificate', 'show', '--json', scanned]);
	t.is(stdout, await readFile(certificate, 'utf8'));
});

test('a rehearsal, from the real command to the mark on the page', async t => {
	const place = await createPlace(t);
	const {exitCode} = await runMain([
		...['rehearse', 'erase', '--size', '1MiB', '--eraser', 'direct', ...place.args],
	]);
	t.is(exitCode, 0);
	const [directory = ''] = (await place.runs()).log;
	t.is((await pdf(path.join(directory, 'certificate.json'))).exitCode, 0);
	const {text} = await readPdf(t, await readFile(path.join(directory, 'certificate.pdf')));
	t.regex(text, /REHEARSAL/);
	t.notRegex(text, /SANITIZED/);
});

test('a run that was not verified has no certificate, and so no page', async t => {
	const place = await createPlace(t);
	const {directory, exitCode} = await erase(place, '--verify', 'none');
	t.is(exitCode, 5);
	const end = await pdf(path.join(directory, 'journal.jsonl'));
	t.is(end.exitCode, 2);
	t.regex(end.stderr, /came to no certificate/);
	t.false(await isThere(path.join(directory, 'journal.pdf')));
});

asRoot('a run that failed has none for the device that failed, and one for the other', async t => {
	const place = await createPlace(t);
	const small = await mountTmpfs(t, path.join(place.directory, 'small'), 'size=1m');
	const bad = path.join(small, 'bad.img');
	await writeFile(bad, '');
	await truncate(bad, 4 * 1024 ** 2);
	const good = await place.image(bytes);
	const {exitCode} = await runMain([
		...['run', 'erase', '--device', `file:${good}`, '--confirm', good, '--device', `file:${bad}`],
		...['--confirm', bad, ...place.args, '--eraser', 'direct'],
	]);
	t.is(exitCode, 4);
	const [directory = ''] = [...(await place.runs()).log, ...(await place.runs()).state];
	const journal = path.join(directory, 'journal.jsonl');
	const end = await pdf(journal);
	t.is(end.exitCode, 0, end.stderr);
	t.regex(end.stderr, /bad\.img of run \S+ has no certificate: failed/);
	t.regex(end.stdout, /journal\.pdf: 1 page/);
	const list = path.join(place.directory, 'list.pdf');
	const summary = await runMain(['certificate', 'summary', journal, '--pdf', list]);
	t.is(summary.exitCode, 0, summary.stderr);
	const {text} = await readPdf(t, await readFile(list));
	t.regex(text, /Without a certificate, not in this list: .*\(failed\)/);
});

test('the same certificate gives the same bytes, in processes of their own', async t => {
	const {file, directory} = await fixture(t);
	const files = [path.join(directory, 'a.pdf'), path.join(directory, 'b.pdf')];
	for (const output of files) {
		const {exitCode, stderr} = await zeroize(['certificate', 'pdf', file, '-o', output], {
			timeoutMs: 120_000,
		});
		t.is(exitCode, 0, stderr);
	}

	const [a, b] = await Promise.all(files.map(async output => readFile(output)));
	t.deepEqual(a, b);
});

test('each file gets its page beside it', async t => {
	const [one, other] = [await fixture(t), await fixture(t, 'loop')];
	const {exitCode, stdout} = await pdf(one.file, other.file, '--paper', 'letter');
	t.is(exitCode, 0);
	t.is(stdout, `${one.output}: 1 page\n${other.output}: 1 page\n`);
	t.deepEqual((await readPdf(t, await readFile(other.output))).size, [612, 792]);
});

test('a file that exists is replaced with --force alone, an empty one is filled', async t => {
	const {file, output} = await fixture(t);
	await writeFile(output, 'evidence');
	const refused = await pdf(file);
	t.is(refused.exitCode, 2);
	t.regex(refused.stderr, /certificate\.pdf exists already, and is not an empty file\nhint: .*--force/);
	t.is(await readFile(output, 'utf8'), 'evidence');
	t.is((await pdf(file, '--force')).exitCode, 0);
	t.is((await readPdf(t, await readFile(output))).pages, 1);
	await writeFile(output, '');
	t.is((await pdf(file)).exitCode, 0);
	t.true((await stat(output)).size > 1000);
});

test('nothing is written over what was read, to a link, a directory, or into /dev', async t => {
	const {file, directory} = await fixture(t);
	const [link, folder] = [path.join(directory, 'link.pdf'), path.join(directory, 'folder.pdf')];
	await symlink(path.join(directory, 'elsewhere'), link);
	await mkdir(folder);
	for (const [output, message] of [
		[file, /is a file that was read/],
		[path.join(directory, '.', 'certificate.json'), /is a file that was read/],
		[folder, /is not a regular file/],
		['/dev/zeroize-missing', /is in \/dev: no file belongs there/],
		['/dev/null', /is in \/dev/],
		[path.join(directory, 'missing/a.pdf'), /no such file or directory/],
	] as const) {
		const {exitCode, stderr} = await pdf(file, '--force', '--output', output);
		t.true(exitCode === 2 || exitCode === 3, output);
		t.regex(stderr, message);
	}

	const {exitCode} = await pdf(file, '--force', '--output', link);
	t.not(exitCode, 0);
	t.false(await isThere(path.join(directory, 'elsewhere')));
	t.is(await readFile(file, 'utf8'), certificateFixtures.long);
});

asRoot('nothing is written onto a device, by whatever name', async t => {
	const {file, directory} = await fixture(t);
	const image = path.join(directory, 'disk.img');
	const content = Buffer.alloc(1024 ** 2, 7);
	await writeFile(image, content);
	await using loop = await attachLoop(image, {directIo: false});
	const link = path.join(directory, 'disk.pdf');
	await symlink(loop.path, link);
	for (const output of [loop.path, link]) {
		const {exitCode, stderr} = await pdf(file, '--force', '-o', output);
		t.is(exitCode, 2, stderr);
	}

	t.deepEqual(await readFile(loop.path), content);
});

test('a file that is no certificate is refused, and nothing is written', async t => {
	const {file, directory, output} = await fixture(t);
	const wrong = path.join(directory, 'wrong.json');
	await writeFile(wrong, certificateFixtures.long.replace('"sanitized"', '"failed"'));
	for (const [files, message] of [
		[[wrong], /reading .*wrong\.json: outcome/],
		[
			[file, wrong, '/nowhere/c.json'],
			/2 of 3 files have no certificate to take: .*wrong\.json: outcome.*; .*\/nowhere/,
		],
	] as const) {
		const {exitCode, stderr} = await pdf(...files);
		t.is(exitCode, 2);
		t.regex(stderr, message);
	}

	t.false(await isThere(output));
});

test('--font: a file that is no font is refused', async t => {
	const {file, output} = await fixture(t);
	const {exitCode, stderr} = await pdf(file, '--font', file);
	t.is(exitCode, 2);
	t.regex(stderr, /reading the font: /);
	t.false(await isThere(output));
});
