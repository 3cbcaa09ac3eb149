import {access, readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import packageJson from '../package.json' with {type: 'json'};
import {listRecipes} from '../src/commands/session/recipes.ts';
import {helpPages} from '../src/dev/reference.ts';
import {erasers} from '../src/erasers/index.ts';
import {parseRecipe} from '../src/recipe.ts';
import {steps} from '../src/steps/index.ts';
import {codeBlocks, readme} from './_helpers/readme.ts';

const root = path.join(import.meta.dirname, '..');

const read = async (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');

const sectionOf = (title: string): string => {
	const [, section] = readme.split(`\n## ${title}\n`);
	if (section === undefined) {
		throw new Error(`README.md has no section "${title}"`);
	}

	return section.split('\n## ')[0] ?? '';
};

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
		'command.started': membersOf('AnnouncedCommand'),
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
