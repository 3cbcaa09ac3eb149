import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {createPlace, isAllZero, type Place, zeroize} from '../_helpers/cli.ts';

const totalBytes = 256 * 1024;

const recipeWith = async (place: Place, erase: string): Promise<string> =>
	place.write(
		'retire.yaml',
		`name: retire
title: a test
summary: a test
steps:
  - {step: erase, ${erase}}
  - {step: verify, coverage: full}
  - step: keep-log
  - step: issue-certificate
`,
	);

const run = async (t: ExecutionContext, erase: string) => {
	const place = await createPlace(t);
	const recipe = await recipeWith(place, erase);
	const image = await place.image(totalBytes);
	const before = await readFile(image);
	const certificate = path.join(place.directory, 'certificate.json');
	const {exitCode, stdout, stderr} = await zeroize(
		[
			...['run', recipe, '--device', `file:${image}`, '--confirm', image],
			...['--host', 'rehearsal', '--progress', 'plain', '--certificate', certificate, ...place.args],
		],
		{timeoutMs: 120_000},
	);
	return {exitCode, stdout, stderr, image, before, certificate};
};

test('a recipe that asks for a purge and falls back is carried out as a clear, and the certificate says so', async t => {
	const {exitCode, stdout, stderr, image, certificate} = await run(t, 'method: purge, fallback: clear');
	t.is(exitCode, 0, stderr);
	const text = stdout.replaceAll(/^\d\d:\d\d:\d\d/gm, '').replaceAll(/\s+/g, ' ');
	t.regex(text, /NIST 800-88 clear/);
	t.regex(text, /clear in place of purge, as the recipe allows: .*nvme-format: /);
	t.true(await isAllZero(image, totalBytes));
	t.like(JSON.parse(await readFile(certificate, 'utf8')), {method: 'clear', technique: 'overwrite'});
});

test('one that does not fall back is refused, and writes nothing', async t => {
	const {exitCode, stderr, image, before} = await run(t, 'method: purge');
	t.is(exitCode, 3);
	t.regex(stderr, /cannot be purged: /);
	t.deepEqual(await readFile(image), before);
});

test('a fallback to anything but a clear is no recipe', async t => {
	const {exitCode, stderr} = await run(t, 'method: purge, fallback: none');
	t.is(exitCode, 2);
	t.regex(stderr, /retire\.yaml:5: .*fallback/);
});
