import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {stringify} from 'yaml';
import {parseRecipe} from '../../src/recipe.ts';
import {steps} from '../../src/steps/index.ts';
import {createPlace} from '../_helpers/cli.ts';
import {fuzz, requirePlain} from '../_helpers/fuzz.ts';
import {runMain} from '../_helpers/main.ts';
import {mutated, mutatedValue} from '../_helpers/mutations.ts';
import {planOf} from '../_helpers/plan.ts';
import {writeTree} from '../_helpers/surroundings.ts';

const recipes = ['decommission', 'erase', 'ssr-zeroize', 'verify-only'].map(name =>
	readFileSync(path.join(import.meta.dirname, `../../recipes/${name}.yaml`), 'utf8'),
);

const full = {
	name: 'x',
	title: 'do x',
	summary: 'does x',
	source: 'a document',
	allowPartition: true,
	steps: [
		{step: 'stop-service', unit: '128T', timeout: '90s'},
		{step: 'erase', eraser: 'auto'},
		{step: 'verify', coverage: 'sampled', percent: 10},
		{step: 'keep-log'},
		{step: 'issue-certificate', performedBy: {name: 'a'}, validatedBy: {name: 'b'}},
		{step: 'deliver', destinations: [{to: 'disk:LABEL=EVIDENCE', optional: true}]},
		{step: 'power-off', by: 'sysrq'},
	],
};

/** What a recipe may be used for; a plan of one that was taken says so or is refused. */
const use = (text: string): void => {
	const recipe = parseRecipe(text, 'x.yaml', steps);
	planOf({recipe});
};

const codes = ['RECIPE_INVALID'] as const;

const most = 65_000;

const fill = (text: string, head = ''): string => head + text.repeat((most - head.length) / text.length);

const head = 'name: x\ntitle: t\nsummary: s\nsteps:\n';

const bombs = [
	...['[', '{a: ', '- ', '? ', '&a ', '!!str ', '%a b\n', '---\n', '#\n', ': ', '\r', '\n'].map(text =>
		fill(text),
	),
	...['- step: erase\n', '- step: enter-emergency\n', '- step: x\n', '- 1\n', '- [[]]\n'].map(text =>
		fill(text, head),
	),
	...['x', '\u001B'].map(text => fill(text, `${head}- step: `)),
	fill('*a,', 'a: &a [1]\nb: ['),
	fill('*a,\n', 'a: &a [*a]\nb: [\n'),
	...Array.from({length: 9}, (_, index) => index).reduce<string[]>(
		(text, index) => [`${text}a${index}: &a${index} [${`*a${index - 1},`.repeat(9)}]\n`],
		['a: &a-1 1\n'],
	),
	fill(',', '['),
	fill('{a: b},', '['),
	fill('\\u0041', 'a: "'),
	fill(' x\n\n', 'a: >\n'),
	fill(' x\n', 'a: |\n'),
	fill('b\n ', 'a: '),
	fill('"a" '),
	`${fill('a')}: 1`,
	Array.from({length: 5000}, (_, index) => `k${index}: 1`).join('\n'),
	`${head}- step: erase\n${Array.from({length: 5000}, (_, index) => `  k${index}: 1`).join('\n')}`,
	Array.from({length: 350}, (_, index) => `${' '.repeat(index)}a:`).join('\n'),
	'x'.repeat(100 * 1024 * 1024),
];

test.serial('6,400 recipes with changed bytes', async t => {
	const input = mutated(...recipes, stringify(full)).map(bytes => bytes.toString());
	await fuzz(t, {input, runs: 6400, use, codes});
});

test.serial('3,000 recipes with changed values', async t => {
	await fuzz(t, {input: mutatedValue(full).map(value => stringify(value)), runs: 3000, use, codes});
});

test.serial('600 recipes out of pieces of YAML, and every bomb', async t => {
	const pieces = fc.constantFrom(
		...[
			'name: x\n',
			'steps:\n',
			'- step: erase\n',
			'  ',
			'- ',
			': ',
			'\n',
			'[',
			']',
			'{',
			'}',
			',',
			'"',
			"'",
		],
		...[
			'&a ',
			'*a',
			'!!binary ',
			'!x ',
			'|\n',
			'>-\n',
			'#',
			'%YAML 1.1\n',
			'---\n',
			'...\n',
			'? ',
			'<<: ',
			'\t',
		],
		...[
			'\u0000',
			'\u001B',
			'\u0085',
			'\u2028',
			'\uFEFF',
			'\uD800',
			'__proto__: ',
			'~',
			'.inf',
			'0o7',
			'1e999',
		],
	);
	const input = fc.array(pieces, {maxLength: 80}).map(parts => parts.join(''));
	await fuzz(t, {input, runs: 600, use, codes, examples: bombs});
});

test.serial('100 recipe files through the command line: exit 0 or 2, and nothing is written', async t => {
	const place = await createPlace(t);
	await writeTree(place.directory, {'disk.img': 'x'.repeat(4096)});
	const file = path.join(place.directory, 'x.yaml');
	const use = async (bytes: Uint8Array) => {
		await place.write('x.yaml', Buffer.from(bytes).toString('latin1'));
		const end = await runMain([
			...['plan', file, '--host', 'rehearsal', '--device', `file:${place.directory}/disk.img`],
			...place.args,
		]);
		requirePlain(end.stderr);
		if (![0, 2, 3].includes(end.exitCode ?? 1) || (end.exitCode === 0) !== (end.stderr === '')) {
			throw new Error(`exit ${end.exitCode}: ${end.stderr}`);
		}
	};
	await fuzz(t, {input: mutated(...recipes), runs: 100, use, codes: []});
	t.deepEqual(await place.runs(), {state: [], log: []});
});
