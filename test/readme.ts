import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {access, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import packageJson from '../package.json' with {type: 'json'};
import {listRecipes} from '../src/commands/session/recipes.ts';
import {publicPem} from '../src/certificate/signing-key.ts';
import {helpPages} from '../src/dev/reference.ts';
import {erasers} from '../src/erasers/index.ts';
import {parseRecipe} from '../src/recipe.ts';
import {steps} from '../src/steps/index.ts';
import {createPlace, runFile, zeroize} from './_helpers/cli.ts';
import {isRoot} from './_helpers/loop.ts';
import {makeKey, signedRun} from './_helpers/proof.ts';

const root = path.join(import.meta.dirname, '..');

const read = async (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');

const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

const sectionOf = (title: string): string => {
	const [, section] = readme.split(`\n## ${title}\n`);
	if (section === undefined) {
		throw new Error(`README.md has no section "${title}"`);
	}

	return section.split('\n## ')[0] ?? '';
};

/** The code blocks of a language; `''` for those without one. */
const codeBlocks = (language: string): readonly string[] =>
	readme
		.matchAll(/^```(\w*)\n(.*?)^```$/gms)
		.flatMap(([, given, code = '']) => (given === language ? [code] : []))
		.toArray();

/** The cells of a section's tables, without their heads. */
const rowsOf = (title: string): ReadonlyArray<readonly string[]> =>
	sectionOf(title)
		.split('\n')
		.filter((line, index, all) => line.startsWith('| ') && !all[index + 1]?.startsWith('|---'))
		.map(line => line.slice(2, -2).split(' | '));

const unique = <Value>(values: Iterable<Value>): readonly Value[] => [...new Set(values)].sort();

test('the first screen says what it is, shows a rehearsal and gives the two commands', t => {
	const screen = readme.split('\n').slice(0, 40).join('\n');
	t.regex(screen, /^# zeroize\n\nMakes a machine's disk empty, and proves it\./);
	t.regex(screen, /^SANITIZED - erased and verified \(exit code 0\)$/m);
	t.regex(screen, /`npm ci && npm start`/);
	t.regex(screen, /`npm ci && npm test`/);
});

test('what is shown of a terminal fits 80 columns', t => {
	const blocks = codeBlocks('');
	t.true(blocks.length > 3);
	const layers = blocks.filter(block => block.includes('src/cli.ts'));
	t.is(layers.length, 1);
	const lines = blocks.filter(block => !layers.includes(block)).flatMap(block => block.split('\n'));
	t.deepEqual(
		lines.filter(line => line.length > 80),
		[],
	);
});

test('every exit code stands in its table', async t => {
	const source = (await read('src/errors.ts')) + (await read('src/outcome.ts'));
	const codes = source.matchAll(/^\t'?[\w-]+'?: (\d+),$/gm).map(([, code]) => code);
	const listed = rowsOf('Outcomes, and what to do next').flatMap(([code = '']) => code.split(', '));
	t.deepEqual(unique(listed), unique(codes));
});

test('every outcome stands beside its exit code', async t => {
	const source = await read('src/events/results.ts');
	const [, union = ''] = /export type Outcome =([^;]+);/.exec(source) ?? [];
	const outcomes = union.matchAll(/'([a-z-]+)'/g).map(([, outcome]) => outcome);
	const listed = rowsOf('Outcomes, and what to do next').flatMap(([, outcome = '']) =>
		outcome === '–' ? [] : [outcome.slice(1, -1)],
	);
	t.deepEqual(unique(listed), unique(outcomes));
});

const fieldsIn = (source: string): readonly string[] =>
	[...source.matchAll(/(?:^\s*|; )readonly (\w+)\??:/gm)].map(([, name = '']) => name);

test('every event stands in its table, with every field', async t => {
	const stalls = await read('src/events/stalls.ts');
	const source = `${await read('src/events.ts')}${stalls}${await read('src/erasers/eraser.ts')}`;
	const [, written = ''] = /export type EventBody =(.*?)^\/\*\*/ms.exec(source) ?? [];
	const [, stallUnion = ''] = /export type StallEventBody =(.*)/s.exec(stalls) ?? [];
	const union = written.replace('| StallEventBody', stallUnion);
	const membersOf = (name: string) => {
		const [, members = ''] = new RegExp(`interface ${name} \\{(.*?)^\\}`, 'ms').exec(source) ?? [];
		return [...members.matchAll(/^\treadonly (\w+)\??:/gm)].map(([, member = '']) => member);
	};
	const more: Readonly<Record<string, readonly string[]>> = {
		'pass.started': membersOf('AnnouncedPass'),
		'step.stalled': membersOf('Stall'),
		'step.recovered': membersOf('Stall'),
		'step.finished': membersOf('StepFacts'),
		'run.finished': membersOf('DeviceResult'),
	};
	const rows = new Map(rowsOf('Events').map(([type = '', text = '']) => [type.slice(1, -1), text]));
	const events = union.split("readonly type: '").slice(1);
	t.deepEqual(
		events.map(event => event.split("'")[0]),
		[...rows.keys()],
	);
	for (const event of events) {
		const [type = ''] = event.split("'");
		const fields = [...fieldsIn(event), ...(more[type] ?? [])];
		t.true(fields.length > 0, type);
		for (const field of fields) {
			t.true(rows.get(type)?.includes(`\`${field}\``), `${type} has the field ${field}`);
		}
	}
});

test('every recipe and every eraser stands in its table, and nothing else', async t => {
	const names = (title: string) => rowsOf(title).map(([name]) => name);
	const recipes = (await listRecipes()).map(({name}) => `\`${name}\``);
	t.deepEqual(unique(names('Recipes')), unique(recipes));
	t.deepEqual(unique(names('Erasers')), unique(erasers.map(({name}) => `\`${name}\``)));
});

test('the recipe that it shows is one', t => {
	const [text = ''] = codeBlocks('yaml');
	const {name} = parseRecipe(text, 'README.md', steps);
	t.true(readme.includes(`zeroize run ./${name}.yaml `));
});

test('it names only commands, options and scripts that there are', t => {
	const pages = helpPages();
	const commands = readme
		.matchAll(/(?:`|^|\()zeroize ([a-z]+)\b/gm)
		.map(([, command]) => `zeroize ${command}`)
		.toArray();
	const options = readme.matchAll(/`(--[a-z-]+)/g).map(([, option = '']) => option);
	const scripts = readme.matchAll(/`npm run (?:-s )?([a-z]+)/g).map(([, script = '']) => script);
	t.true(commands.length > 10);
	const known = new Set(pages.map(({name}) => name));
	t.deepEqual(
		commands.filter(command => !known.has(command)),
		[],
	);
	t.deepEqual(
		[...options].filter(option => !pages.some(({text}) => text.includes(`${option} `))),
		[],
	);
	t.deepEqual(
		[...scripts].filter(script => !(script in packageJson.scripts)),
		[],
	);
});

test('every file that it names is there', async t => {
	const files = [...readme.matchAll(/`((?:src|test|recipes|\.ci)\/[\w./-]*)`/g)].map(([, file = '']) => file);
	t.true(files.length > 2);
	for (const file of files) {
		await t.notThrowsAsync(access(path.join(root, file)), file);
	}
});

const hasJq = spawnSync('jq', ['--version']).status === 0;

const withJq = hasJq ? test : test.skip;

/** Follows the README's instructions in a directory with a journal and its certificate. */
const checkByHand = async (directory: string, tool = 'sha256sum'): Promise<string> => {
	const script = codeBlocks('sh').find(code => code.includes(tool)) ?? 'exit 9';
	const {stdout} = await runFile('sh', ['-euc', script], {cwd: directory});
	return stdout;
};

const eraseFile = async (t: ExecutionContext, ...options: readonly string[]): Promise<string> => {
	const place = await createPlace(t);
	const image = await place.image(4096);
	const {exitCode, stderr} = await zeroize([
		...['run', 'erase', '--device', `file:${image}`, '--confirm', image],
		...place.args,
		...options,
	]);
	t.is(exitCode, 0, stderr);
	const {log} = await place.runs();
	return log[0] ?? '';
};

withJq(
	'its loop proves a journal and its certificate by hand, and finds a changed line (needs jq)',
	async t => {
		const directory = await eraseFile(t);
		const journal = path.join(directory, 'journal.jsonl');
		const text = await readFile(journal, 'utf8');
		t.is(await checkByHand(directory), 'the certificate was issued here\n');

		await writeFile(journal, text.replace('"step":"verify"', '"step":"Verify"'));
		const output = await checkByHand(directory);
		t.regex(output, /^broken chain: \{/);
		t.false(output.includes('{"seq":1,'));

		await writeFile(journal, text.split('\n').toSpliced(2, 1).join('\n'));
		t.regex(await checkByHand(directory), /^broken chain: \{"seq":4,/);
	},
);

withJq('its lines make the bytes of a random pass again, with openssl alone (needs jq)', async t => {
	const directory = await eraseFile(t, '--eraser', 'pattern');
	t.is(await checkByHand(directory, 'openssl'), 'as written\n');
	const {device} = JSON.parse(await readFile(path.join(directory, 'certificate.json'), 'utf8'));
	await writeFile(device.path, 'other', {flag: 'r+'});
	const error = await t.throwsAsync<Error & {stdout?: string}>(checkByHand(directory, 'openssl'));
	t.regex(error.stdout ?? '', /differ: (?:byte|char) 1,/);
});

withJq('its lines verify a signed certificate and journal of a loop device with openssl and jq alone', async t => {
	const place = await createPlace(t);
	const key = await makeKey(place);
	const image = await place.image(8192);
	const scheme = isRoot ? 'loop' : 'file';
	const {exitCode, stderr} = await zeroize([
		...['run', 'erase', '--device', `${scheme}:${image}`, '--confirm', image, '--verify', 'sampled:33.3'],
		...[...place.args, '--key', key.file, '--nonce', 'Nonce "1" \\ <&>~'],
	]);
	t.is(exitCode, 0, stderr);
	const [directory = ''] = (await place.runs()).log;
	await writeFile(path.join(directory, 'zeroize.pem'), publicPem(key));
	for (const tool of ['> signed', '> sealed']) {
		t.is(await checkByHand(directory, tool), 'Signature Verified Successfully\n');
	}

	for (const [file, tool] of [
		['certificate.json', '> signed'],
		['journal.jsonl', '> sealed'],
	] as const) {
		const text = await readFile(path.join(directory, file), 'utf8');
		await writeFile(path.join(directory, file), text.replaceAll('"outcome":"sanitized"', '"outcome":"verified"').replace('"totalBytes": 8192', '"totalBytes": 8193'));
		const error = await checkByHand(directory, tool).then(
			output => output,
			(failed: {stdout: string}) => failed.stdout,
		);
		t.regex(error, /Signature Verification Failure|does not fit its seal/);
	}
});

withJq('its payload of the second signature is the one that the validator signed', async t => {
	const {certificateFile, place} = await signedRun(t);
	const validator = await makeKey(place, 'v.pem');
	const signed = await zeroize(['certificate', 'sign', certificateFile, '--key', validator.file, '--name', 'Ü']);
	t.is(signed.exitCode, 0, signed.stderr);
	const directory = path.dirname(certificateFile);
	await writeFile(path.join(directory, 'zeroize.pem'), publicPem(validator));
	const script = codeBlocks('sh').find(code => code.includes('> signed')) ?? 'exit 9';
	const [, payload = ''] = /payload\n`jq -jcS '([^']+)'`/.exec(readme) ?? [];
	const second = script.replaceAll('[0]', '[1]').replace('del(.signatures)', payload);
	const {stdout} = await runFile('sh', ['-euc', second], {cwd: directory});
	t.is(stdout, 'Signature Verified Successfully\n');
});

test('the line that it names is where the certificate was issued, and holds what it says', async t => {
	const directory = await eraseFile(t);
	const lines = (await readFile(path.join(directory, 'journal.jsonl'), 'utf8')).split('\n');
	const {journalSeq} = JSON.parse(await readFile(path.join(directory, 'certificate.json'), 'utf8'));
	const issued = JSON.parse(lines[journalSeq - 1] ?? '');
	t.like(issued, {type: 'step.started', step: 'issue-certificate'});
	const finished = JSON.parse(lines[journalSeq] ?? '');
	t.like(finished, {type: 'step.finished', step: 'issue-certificate'});
	const [{path: file, sha256}] = finished.certificates;
	t.is(file, path.join(directory, 'certificate.json'));
	const {stdout} = await runFile('sha256sum', [file]);
	t.is(stdout.split(' ')[0], sha256);
	const shown = await zeroize(['certificate', 'show', '--json', path.join(directory, 'journal.jsonl')]);
	t.is(shown.stdout, await readFile(file, 'utf8'));
});
