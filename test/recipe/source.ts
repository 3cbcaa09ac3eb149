import test from 'ava';
import {readSource} from '../../src/recipe/source.ts';

test('plain YAML is plain data, and every part has its line', t => {
	const source = readSource('# a comment\na: 1\nb:\n  - c: x\n    d: true\n  -\n    - ~\n');
	t.deepEqual(source.problems, []);
	t.is(JSON.stringify(source.value), '{"a":1,"b":[{"c":"x","d":true},[null]]}');
	const lines: ReadonlyArray<readonly [path: readonly PropertyKey[], line: number]> = [
		[[], 2],
		[['a'], 2],
		[['b'], 3],
		[['b', 0], 4],
		[['b', 0, 'd'], 5],
		[['b', 1, 0], 7],
		// What does not exist is where what should hold it stands.
		[['b', 0, 'e'], 4],
		[['x', 'y'], 2],
	];
	for (const [path, line] of lines) {
		t.is(source.lineAt(path), line, path.join('.'));
	}
});

const refused: ReadonlyArray<readonly [title: string, text: string, line: number, message: RegExp]> = [
	['an alias', 'a: &x 1\nb: *x', 2, /^the alias \*x is not allowed$/],
	['an alias bomb', `a: &a [1]\n${'b: [*a, *a]\n'}`, 2, /^the alias \*a/],
	['an alias as a key', 'a: &x 1\n*x : 2', 2, /^a key must be text$/],
	['a tag of its own', 'a:\n  b: !js 3', 2, /^unresolved tag: !js$/],
	['a known tag that is not plain', 'a: !!binary aGk=', 1, /^unresolved tag/],
	['a second document', 'a: 1\n---\nb: 2', 2, /^a recipe is one document$/],
	['a key that is a list', '? [a, b]\n: 1', 1, /^a key must be text$/],
	['a tab as indentation', 'a:\n\tb: 1', 2, /^tabs are not allowed/],
	['an open bracket', 'a: [1, 2', 1, /^flow sequence/],
	['nine levels of nesting', 'a:\n  [[[[[[[[[1]]]]]]]]]', 2, /^nested too deeply$/],
	['sixty thousand levels of nesting', '['.repeat(60_000), 1, /^nested too deeply$/],
	['sixteen thousand levels of mappings', '{a: '.repeat(16_000), 1, /^nested too deeply$/],
	['more than 64 KiB', `a: ${'x'.repeat(64 * 1024)}`, 1, /^the file is larger than 64 KiB$/],
];

for (const [title, text, line, message] of refused) {
	test(`${title}: refused with its line`, t => {
		const [problem] = readSource(text).problems;
		t.is(problem?.line, line);
		t.regex(problem?.message ?? '', message);
		t.truthy(problem?.hint);
	});
}

test('merge keys and the booleans of YAML 1.1 are text, whatever version the file claims', t => {
	const {value, problems} = readSource('%YAML 1.1\n---\na: yes\n<<: {b: 1}\n');
	t.deepEqual(problems, []);
	t.is(JSON.stringify(value), '{"a":"yes","<<":{"b":1}}');
});

test('as many keys as fit are read in seconds, not in minutes', t => {
	const startedAt = performance.now();
	const {problems} = readSource(Array.from({length: 8000}, (_, index) => `k${index}:`).join('\n'));
	t.deepEqual(problems, []);
	t.true(performance.now() - startedAt < 30_000);
});
