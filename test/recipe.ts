import test from 'ava';
import fc from 'fast-check';
import {stringify} from 'yaml';
import {SanitizeError} from '../src/errors.ts';
import {parseRecipe} from '../src/recipe.ts';
import {head, steps, withSteps} from './_helpers/recipe-steps.ts';

test('a recipe keeps the order of its steps, their lines and their options, with the defaults filled in', t => {
	const text = withSteps(
		'  - step: stop-service\n    timeout: 5min\n\n  # why\n  - step: verify\n  - step: keep-log\n',
	);
	t.deepEqual(parseRecipe(text, 'x.yaml', steps), {
		name: 'x',
		title: 'do x',
		summary: 'does x',
		allowPartition: false,
		steps: [
			{step: 'stop-service', options: {unit: '128T', timeout: 300_000}, line: 5},
			{step: 'verify', options: {coverage: 'full', percent: 10}, line: 9},
			{step: 'keep-log', options: {}, line: 10},
		],
	});
});

test('a recipe may name its source and allow partitions', t => {
	const text = `${head}source: a document\nallowPartition: true\nsteps: [{step: erase, eraser: dd}]`;
	const recipe = parseRecipe(text, 'x.yaml', steps);
	t.is(recipe.source, 'a document');
	t.true(recipe.allowPartition);
	t.deepEqual(recipe.steps, [{step: 'erase', options: {eraser: 'dd'}, line: 6}]);
});

const isRecipeOrRefusal = (text: string): boolean => {
	try {
		return parseRecipe(text, 'x.yaml', steps).steps.length > 0;
	} catch (error) {
		return (
			error instanceof SanitizeError &&
			error.code === 'RECIPE_INVALID' &&
			/^x\.yaml:\d+: ./.test(error.message)
		);
	}
};

const pieces = fc.constantFrom(
	...[
		'name',
		'title',
		'steps',
		'step',
		'erase',
		': ',
		'\n',
		'  ',
		'- ',
		'[',
		']',
		'{',
		'}',
		',',
		'"',
		"'",
		'&a ',
		'*a',
	],
	...[
		'!!str ',
		'!x ',
		'|',
		'>',
		'#',
		'%YAML 1.1\n',
		'---\n',
		'...\n',
		'? ',
		'<<',
		'~',
		'\t',
		'\u0000',
		'\u2028',
		'__proto__',
	],
);

test('any text is a recipe or refused with a line', t => {
	const text = fc.oneof(
		fc.string({unit: 'binary'}),
		fc.array(pieces, {maxLength: 60}).map(parts => parts.join('')),
	);
	fc.assert(fc.property(text, isRecipeOrRefusal), {numRuns: 2000});
	t.pass();
});

const names = fc.constantFrom(
	'step',
	'unit',
	'timeout',
	'coverage',
	'percent',
	'performedBy',
	'toString',
	'__proto__',
	'x',
);

const stepEntry = fc.dictionary(
	names,
	fc.oneof(fc.constantFrom(...steps.map(({name}) => name)), fc.jsonValue({maxDepth: 2})),
);

test('any value is a recipe or refused with a line', t => {
	const recipe = fc.record({
		name: fc.oneof(fc.constant('x'), fc.jsonValue({maxDepth: 1})),
		title: fc.constant('t'),
		summary: fc.constant('s'),
		steps: fc.oneof(fc.array(stepEntry), fc.jsonValue()),
	});
	fc.assert(
		fc.property(fc.oneof(recipe, fc.jsonValue()), value => isRecipeOrRefusal(stringify(value))),
		{numRuns: 2000},
	);
	t.pass();
});
