import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {createPlace, isAllZero} from '../_helpers/cli.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {runMain} from '../_helpers/main.ts';
import {nvmeDrive} from '../_helpers/nvme-drive.ts';
import {readPdf} from '../_helpers/pdf.ts';
import {recipeOf} from '../_helpers/plan.ts';
import {runOnDrive} from '../_helpers/run-on-drive.ts';

const totalBytes = 256 * 1024;

const recipeFile = path.join(import.meta.dirname, '../../recipes/decommission.yaml');

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

const run = async (t: ExecutionContext, recipe: string, ...options: readonly string[]) => {
	const place = await createPlace(t);
	const image = await place.image(totalBytes);
	const before = await readFile(image);
	const text = recipe.endsWith('\n') ? recipe : undefined;
	const named = text === undefined ? recipe : await place.write('decommission.yaml', text);
	const {exitCode, stdout, stderr} = await runMain([
		...['run', named, '--device', `file:${image}`, '--confirm', image, '--host', 'rehearsal'],
		...['--progress', 'plain', ...place.args, ...options],
	]);
	return {exitCode, stdout, stderr, place, image, isUntouched: (await readFile(image)).equals(before)};
};

const withFallback = async (): Promise<string> =>
	(await readFile(recipeFile, 'utf8')).replace('step: purge\n', 'step: purge\n    fallback: clear\n');

test('decommission refuses what cannot purge itself, and writes nothing', async t => {
	const {exitCode, stderr, isUntouched} = await run(t, 'decommission');
	t.is(exitCode, 3);
	t.regex(
		oneLine(stderr),
		/cannot be purged: .*it is no whole drive.* hint: .*"fallback: clear" in its step purge/,
	);
	t.true(isUntouched);
});

test('its rehearsal is refused for the same reason', async t => {
	const place = await createPlace(t);
	const end = await runMain(['rehearse', 'decommission', '--size', '1MiB', ...place.args]);
	t.is(end.exitCode, 3);
	t.regex(oneLine(end.stderr), /cannot be purged: .*it is no whole drive/);
});

test('with fallback: clear it is cleared, and plan, certificate and page say so and why', async t => {
	const {exitCode, stdout, stderr, place, image} = await run(t, await withFallback());
	t.is(exitCode, 0, stderr);
	const text = oneLine(stdout.replaceAll(/^\d\d:\d\d:\d\d/gm, ''));
	t.regex(text, /NOT PURGED but cleared, as the recipe allows: .*no whole drive.* erased with direct/);
	t.regex(text, /1\. purge - SKIPPED: clear in place of purge, as the recipe allows: /);
	t.regex(text, /rehearsal: would power off now/);
	t.true(await isAllZero(image, totalBytes));
	const [directory = ''] = (await place.runs()).log;
	const file = path.join(directory, 'certificate.json');
	const certificate = JSON.parse(await readFile(file, 'utf8'));
	t.like(certificate, {method: 'clear', technique: 'overwrite', recipe: 'decommission'});
	t.regex(certificate.notPurged, /it is no whole drive/);
	const shown = await runMain(['certificate', 'show', path.join(directory, 'journal.jsonl')]);
	t.regex(oneLine(shown.stdout), /method clear, by overwrite .* not purged .*it is no whole drive/);
	t.is((await runMain(['certificate', 'pdf', file])).exitCode, 0);
	const page = await readPdf(t, await readFile(path.join(directory, 'certificate.pdf')));
	t.is(page.pages, 1);
	t.regex(oneLine(page.text), /Not purged .*it is no whole drive/);
});

test('a technique that the device does not have is refused, and writes nothing', async t => {
	for (const [recipe, message] of [
		['erase', /cannot be erased: .*it is no whole drive/],
		['decommission', /cannot be purged: .*it is no whole drive/],
	] as const) {
		const {exitCode, stderr, isUntouched} = await run(t, recipe, '--technique', 'block-erase');
		t.is(exitCode, 3);
		t.regex(oneLine(stderr), message);
		t.true(isUntouched);
	}

	const {exitCode, stderr} = await run(t, 'erase', '--technique', 'block-erase', '--method', 'clear');
	t.is(exitCode, 3);
	t.regex(oneLine(stderr), /auto clears by overwrite alone, and block-erase is asked for/);
});

test('an overwrite is what every overwriting eraser does', async t => {
	const {exitCode, stderr} = await run(t, 'erase', '--technique', 'overwrite');
	t.is(exitCode, 0, stderr);
});

test('what contradicts the recipe, or is no technique, is a usage error', async t => {
	for (const [options, message] of [
		[['--method', 'clear'], /--method clear contradicts the recipe/],
		[['--technique', 'shred'], /option '--technique <name>' argument 'shred' is invalid/],
	] as const) {
		const {exitCode, stderr, isUntouched} = await run(t, 'decommission', ...options);
		t.is(exitCode, 2, stderr);
		t.regex(oneLine(stderr), message);
		t.true(isUntouched);
	}

	const {exitCode} = await runMain([
		'run',
		'verify-only',
		'--technique',
		'overwrite',
		'--device',
		'/dev/null',
	]);
	t.not(exitCode, 0);
});

test('a recipe that purges and does not overwrite is told how to say that', async t => {
	const text = (await readFile(recipeFile, 'utf8')).replace(/ {2}- step: erase\n.*\n/, '');
	const {exitCode, stderr} = await run(t, text);
	t.is(exitCode, 2);
	t.regex(oneLine(stderr), /decommission\.yaml:\d+: step "purge" is followed by no erase .*method: purge/);
	const backwards = text.replace('  - step: verify\n', '  - step: verify\n  - step: erase\n');
	t.is((await run(t, backwards)).exitCode, 2);
});

const asRoot = isRoot ? test.serial : skip(test, 'a run over a drive that erases itself');

asRoot('a purge on the terminal, on paper and in a list', async t => {
	const drive = await nvmeDrive(t);
	const {exitCode, remains} = await runOnDrive(t, drive, {
		recipe: recipeOf(
			['purge', {eraser: 'auto', technique: 'block-erase', canary: true}],
			['erase', {eraser: 'direct', canary: true}],
			['verify', {coverage: 'full', percent: 10, overlap: false}],
			['keep-log'],
			['issue-certificate'],
		),
	});
	t.is(exitCode, 0);
	const journal = path.join(remains, 'journal.jsonl');
	const shown = await runMain(['certificate', 'show', journal]);
	t.is(shown.exitCode, 0, shown.stderr);
	t.regex(
		oneLine(shown.stdout),
		/method purge, by block-erase \(NIST SP 800-88r2\) tool zeroize .* nvme-sanitize/,
	);
	t.regex(oneLine(shown.stdout), /overwritten \d+ bytes, by direct, zeroize direct/);
	const place = await createPlace(t);
	const [pdf, list, csv] = ['page.pdf', 'list.pdf', 'list.csv'].map(name => path.join(place.directory, name));
	t.is((await runMain(['certificate', 'pdf', journal, '-o', pdf ?? ''])).exitCode, 0);
	const page = await readPdf(t, await readFile(pdf ?? ''));
	t.is(page.pages, 1);
	t.regex(oneLine(page.text), /Method ?purge/);
	t.regex(oneLine(page.text), /erased by block erase, then overwritten and verified in full/);
	const summary = await runMain(['certificate', 'summary', journal, '--pdf', list ?? '', '--csv', csv ?? '']);
	t.is(summary.exitCode, 0, summary.stderr);
	t.regex(oneLine((await readPdf(t, await readFile(list ?? ''))).text), /purge, block erase/);
	const [head = '', row = ''] = (await readFile(csv ?? '', 'utf8')).split('\r\n');
	const cells = new Map(head.split(',').map((name, index) => [name, row.split(',')[index]]));
	t.is(cells.get('method'), 'purge');
	t.is(cells.get('technique'), 'block-erase');
	t.is(cells.get('overwriteEraser'), 'direct');
});
