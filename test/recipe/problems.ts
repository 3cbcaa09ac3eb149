import test from 'ava';
import {SanitizeError} from '../../src/errors.ts';
import {nearest} from '../../src/recipe/problems.ts';
import {parseRecipe} from '../../src/recipe.ts';
import {head, steps, withSteps} from '../_helpers/recipe-steps.ts';

const refusal = (text: string): SanitizeError => {
	try {
		parseRecipe(text, 'recipes/x.yaml', steps);
	} catch (error) {
		if (error instanceof SanitizeError) {
			return error;
		}

		throw error;
	}

	throw new Error('the recipe was taken');
};

interface Wrong {
	readonly title: string;
	readonly text: string;
	/** All lines of the message, without the file's name. */
	readonly says: readonly string[];
	readonly hint?: RegExp;
}

const wrong: readonly Wrong[] = [
	{
		title: 'an unknown step, with the nearest name',
		text: withSteps('  - step: ereas'),
		says: ['5: unknown step "ereas"'],
		hint: /^did you mean "erase"\?$/,
	},
	{
		title: 'an unknown step that is near to none, with all names',
		text: withSteps('  - step: defragment'),
		says: ['5: unknown step "defragment"'],
		hint: /^the names are: stop-service, erase, verify, keep-log, issue-certificate$/,
	},
	{
		title: 'an unknown key, with the nearest name',
		text: `${head}allowPartitions: true\nsteps: [{step: erase}]`,
		says: ['4: unknown key "allowPartitions"'],
		hint: /^did you mean "allowPartition"\?$/,
	},
	{
		title: 'every unknown option of a step',
		text: withSteps('  - step: stop-service\n    unti: 128T\n    tmeout: 90s'),
		says: [
			'6: unknown option "unti" of step "stop-service"',
			'7: unknown option "tmeout" of step "stop-service"',
		],
		hint: /^did you mean "unit"\?$/,
	},
	{
		title: 'an option of a step that has none',
		text: withSteps('  - step: keep-log\n    to: /var/log'),
		says: ['6: unknown option "to" of step "keep-log"'],
		hint: /^it has no options$/,
	},
	{
		title: 'an unknown key inside an option',
		text: withSteps('  - step: issue-certificate\n    performedBy:\n      name: A\n      titel: B'),
		says: ['8: unknown key "titel" in "performedBy"'],
		hint: /^did you mean "title"\?$/,
	},
	{
		title: 'a missing key inside an option, at the line of what should hold it',
		text: withSteps('  - step: issue-certificate\n    performedBy:\n      title: B'),
		says: ['6: missing key "name" in "performedBy"'],
		hint: /^add "name: …"$/,
	},
	{
		title: 'missing keys, at the line of the mapping',
		text: '# a comment\n\nname: x\nsteps: [{step: erase}]',
		says: ['3: missing key "title"', '3: missing key "summary"'],
		hint: /^add "title: …"$/,
	},
	{
		title: 'values of the wrong kind, with what was expected and found',
		text: 'name: X Y\ntitle:\nsummary: [a]\nallowPartition: "yes"\nsteps: {}',
		says: [
			'1: "name" must be lower-case words joined by hyphens, such as ssr-zeroize, found the text "X Y"',
			'2: "title" must be text, found nothing',
			'3: "summary" must be text, found a list',
			'4: "allowPartition" must be true or false, found the text "yes"',
			'5: "steps" must be a list, found a mapping',
		],
		hint: /^change it to lower-case words/,
	},
	{
		title: 'options of the wrong kind',
		text: withSteps('  - step: stop-service\n    unit: 128\n    timeout: 90'),
		says: ['6: "unit" must be text, found the number 128', '7: "timeout" must be text, found the number 90'],
	},
	{
		title: 'a duration without a unit',
		text: withSteps('  - step: stop-service\n    timeout: "90"'),
		says: ['6: "timeout" must be a duration such as 500ms, 90s, 5min or 2h, found the text "90"'],
	},
	{
		title: 'a choice that is not one, with the nearest',
		text: withSteps('  - step: verify\n    coverage: ful'),
		says: ['6: "coverage" must be one of full, sampled, none, found the text "ful"'],
		hint: /^did you mean "full"\?$/,
	},
	{
		title: 'a number out of range',
		text: withSteps('  - step: verify\n    percent: 101'),
		says: ['6: "percent" must be <=100, found the number 101'],
	},
	{
		title: 'a value of the wrong kind inside an option',
		text: withSteps('  - step: issue-certificate\n    performedBy:\n      name: 1'),
		says: ['7: "name" must be text, found the number 1'],
	},
	{
		title: 'an empty list of steps',
		text: `${head}steps: []`,
		says: ['4: "steps" must be a list of at least one step, found a list'],
	},
	{
		title: 'list entries that are not steps',
		text: withSteps('  - erase\n  - [erase]\n  - eraser: dd\n  - step: 3\n  -'),
		says: [
			'5: a step must be a mapping, found the text "erase"',
			'6: a step must be a mapping, found a list',
			'7: missing key "step"',
			'8: "step" must be the name of a step, found the number 3',
			'9: a step must be a mapping, found nothing',
		],
		hint: /^write it as "- step: NAME"$/,
	},
	{
		title: 'a step whose phase comes before that of the step above',
		text: withSteps('  - step: erase\n  - step: stop-service\n  - step: verify'),
		says: ['6: step "stop-service" (prepare) cannot come after "erase" (erase)'],
		hint: /^the order is: prepare, purge, erase, verify, aftercare, halt$/,
	},
	{
		title: 'a duplicate key',
		text: `${head}steps: [{step: erase}]\n\ntitle: again`,
		says: ['6: the key "title" stands twice, first on line 2'],
		hint: /^keep one of them$/,
	},
	{
		title: 'a duplicate key in a step',
		text: withSteps('  - step: erase\n    step: verify'),
		says: ['6: the key "step" stands twice, first on line 5'],
	},
	{
		title: 'keys that every object has',
		text: `${head}__proto__: {steps: []}\nconstructor: 1\nsteps: [{step: erase, toString: 1}]`,
		says: [
			'4: unknown key "__proto__"',
			'5: unknown key "constructor"',
			'6: unknown option "toString" of step "erase"',
		],
	},
	{title: 'an empty file', text: '', says: ['1: a recipe must be a mapping, found nothing']},
	{title: 'a list', text: '# a\n- step: erase', says: ['2: a recipe must be a mapping, found a list']},
	{title: 'a text', text: 'erase', says: ['1: a recipe must be a mapping, found the text "erase"']},
	{
		title: 'an escape sequence in what is shown',
		text: `name: x\ntitle: "a\\e[2Jb"\nsummary: s\nsteps: [{step: erase}]`,
		says: ['2: "title" must be text without control characters, found the text "a\\u001b[2Jb"'],
	},
];

for (const {title, text, says, hint} of wrong) {
	test(`${title}: refused`, t => {
		const error = refusal(text);
		t.is(error.code, 'RECIPE_INVALID');
		t.deepEqual(
			error.message.split('\n'),
			says.map(line => `recipes/x.yaml:${line}`),
		);
		t.regex(error.hint ?? '', hint ?? /./);
	});
}

test('five problems are shown, the first line first, and the rest counted', t => {
	const {message} = refusal(
		withSteps(Array.from({length: 8}, (_, index) => `  - step: no-${index}\n`).join('')),
	);
	const lines = message.split('\n');
	t.is(lines.length, 6);
	t.deepEqual([lines[0], lines[5]], ['recipes/x.yaml:5: unknown step "no-0"', 'and 3 more']);
});

test('the nearest name is one that is near', t => {
	t.is(nearest('zerioze', ['erase', 'zeroize']), 'zeroize');
	t.is(nearest('something-else', ['erase', 'verify']), undefined);
	t.is(nearest('erase', []), undefined);
});
