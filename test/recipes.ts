import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {parseRecipe, type RecipeStep} from '../src/recipe.ts';
import {steps} from '../src/steps/index.ts';

const recipesDir = path.join(import.meta.dirname, '../recipes');

type Expected = ReadonlyArray<readonly [step: string, options: RecipeStep['options']]>;

const nobody = {name: null, title: null, location: null, contact: null};

const certificate = {assetTag: null, mediaSource: null, performedBy: nobody, validatedBy: nobody};

const stalls = {stallSeconds: 120, slowBytesPerSecond: 262_144, slowSeconds: 300, giveUpSeconds: 1800};

const recipes: Readonly<Record<string, Expected>> = {
	decommission: [
		['purge', {eraser: 'auto', canary: true}],
		['erase', {eraser: 'auto', canary: true, ...stalls}],
		['verify', {coverage: 'full', percent: 10, ...stalls}],
		['keep-log', {}],
		['issue-certificate', certificate],
		['deliver', {destinations: [], retryFor: 120_000}],
		['power-off', {by: 'system', how: 'poweroff'}],
	],
	erase: [
		['erase', {eraser: 'auto', canary: true, ...stalls}],
		['verify', {coverage: 'full', percent: 10, ...stalls}],
		['keep-log', {}],
		['issue-certificate', certificate],
	],
	'ssr-zeroize': [
		['stop-service', {unit: '128T', timeout: 90_000}],
		['enter-emergency', {}],
		['leave-disk', {}],
		['erase', {eraser: 'dd', canary: true, ...stalls}],
		['verify', {coverage: 'full', percent: 10, ...stalls}],
		['keep-log', {}],
		['issue-certificate', certificate],
		['deliver', {destinations: [], retryFor: 120_000}],
		['power-off', {by: 'sysrq', how: 'poweroff'}],
	],
	'verify-only': [
		['verify', {coverage: 'full', percent: 10, ...stalls}],
		['keep-log', {}],
	],
};

const read = async (name: string): Promise<string> => readFile(path.join(recipesDir, `${name}.yaml`), 'utf8');

test('every recipe in the folder is tested here', async t => {
	const files = (await readdir(recipesDir)).filter(file => file.endsWith('.yaml')).sort();
	t.deepEqual(
		files,
		Object.keys(recipes).map(name => `${name}.yaml`),
	);
});

for (const [name, expected] of Object.entries(recipes)) {
	test(`${name} has the steps that are promised, none of them for a partition`, async t => {
		const recipe = parseRecipe(await read(name), `recipes/${name}.yaml`, steps);
		t.is(recipe.name, name);
		t.false(recipe.allowPartition);
		t.truthy(recipe.source);
		t.deepEqual(
			recipe.steps.map(({step, options}) => [step, options]),
			expected,
		);
	});

	test(`${name} names the schema for editors`, async t => {
		t.regex(await read(name), /^# yaml-language-server: \$schema=\.\/schema\.json$/m);
	});
}

test('every step of ssr-zeroize says where it comes from', async t => {
	const lines = (await read('ssr-zeroize')).split('\n');
	const bare = lines.filter(
		(line, index) => /^ {2}- step:/.test(line) && !/^ {2}#/.test(lines[index - 1] ?? ''),
	);
	t.deepEqual(bare, []);
});

test('decommission never clears what it cannot purge', async t => {
	t.false((await read('decommission')).split('\n').some(line => /^ *[^# ].*fallback/.test(line)));
});

test('no step has an option that is called as the key of its name', t => {
	t.deepEqual(
		steps.filter(({options}) => 'step' in options).map(({name}) => name),
		[],
	);
});
