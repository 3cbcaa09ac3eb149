import test from 'ava';
import type {Command} from 'commander';
import packageJson from '../../package.json' with {type: 'json'};
import {createProgram} from '../../src/cli.ts';
import {createPlace, zeroize} from '../_helpers/cli.ts';
import {runMain, surroundingsOf} from '../_helpers/main.ts';

const mistakes: ReadonlyArray<readonly [args: string, cause: RegExp, wayOut: string]> = [
	['bogus', /unknown command 'bogus'/, 'zeroize --help'],
	['rehears', /unknown command 'rehears'\n\(Did you mean rehearse\?\)/, 'zeroize --help'],
	['help bogus', /unknown command 'bogus'/, 'zeroize --help'],
	['certificate', /no command was given/, 'zeroize certificate --help'],
	['certificate shw', /unknown command 'shw'/, 'zeroize certificate --help'],
	['--bogus', /unknown option '--bogus'/, 'zeroize --help'],
	['run erase --verfy full', /unknown option '--verfy'\n\(Did you mean --verify\?\)/, 'zeroize run --help'],
	['run', /missing required argument 'recipe'/, 'zeroize run --help'],
	['run erase more', /too many arguments/, 'zeroize run --help'],
	['run erase --log-dir', /'--log-dir <dir>' argument missing/, 'zeroize run --help'],
	[
		'run erase --eraser hammer',
		/'hammer' is invalid\. Allowed choices are auto, dd, direct, .+, zero-range/,
		'zeroize run --help',
	],
	['plan erase --progress loud', /'loud' is invalid.+auto, tty, plain, json/, 'zeroize plan --help'],
	['run erase --host moon', /'moon' is invalid.+system, rehearsal/, 'zeroize run --help'],
	...['half', 'sampled:0', 'sampled:101', 'sampled:x', 'sampled:', 'full:5'].map(
		how =>
			[
				`run erase --verify ${how}`,
				/It is full, sampled, sampled:PERCENT .+ or none/,
				'zeroize run --help',
			] as const,
	),
	['verify --verify none', /It is full, sampled or sampled:PERCENT/, 'zeroize verify --help'],
	...['0', '-512', '513', '1.5', 'large', '1XB'].map(
		size =>
			[
				`rehearse --size=${size}`,
				/whole sectors of 512 bytes, such as 256MiB/,
				'zeroize rehearse --help',
			] as const,
	),
	['rehearse --device /dev/null', /unknown option '--device'/, 'zeroize rehearse --help'],
	['run erase', /no device was named/, '--device /dev/'],
	['verify', /no device was named/, 'zeroize devices'],
	['run eras --device /dev/null', /there is no recipe "eras"/, 'did you mean "erase"?'],
	['run hammer --device /dev/null', /there is no recipe "hammer"/, 'one of: erase, ssr-zeroize, verify-only'],
	['rehearse ./none.yaml', /there is no recipe "\.\/none\.yaml"/, 'name a file, or one of: erase'],
	['completion fish', /'fish' is invalid.+bash, zsh/, 'zeroize completion --help'],
];

for (const [args, cause, wayOut] of mistakes) {
	test(`zeroize ${args}: exit 2, the cause and the way out`, async t => {
		const end = await runMain(args.split(' '));
		t.is(end.exitCode, 2);
		t.is(end.stdout, '');
		t.regex(end.stderr, /^zeroize: [^:\n]+: /);
		t.regex(end.stderr, cause);
		t.true(end.stderr.split('\nhint: ')[1]?.includes(wayOut), end.stderr);
	});
}

const pathsBelow = (command: Command, path: readonly string[]): ReadonlyArray<readonly string[]> => [
	path,
	...command
		.createHelp()
		.visibleCommands(command)
		.filter(below => below.name() !== 'help' || command.commands.includes(below))
		.flatMap(below => pathsBelow(below, [...path, below.name()])),
];

const program = createProgram(surroundingsOf().surroundings, () => {});

for (const path of pathsBelow(program, [])) {
	test(`the help of zeroize ${path.join(' ')} fits 80 columns and has an example`, async t => {
		const end = await runMain([...path, '--help']);
		t.is(end.exitCode, 0);
		t.is(end.stderr, '');
		t.true(end.stdout.startsWith(`Usage: ${['zeroize', ...path].join(' ')}`), end.stdout);
		t.deepEqual(
			end.stdout.split('\n').filter(line => [...line].length > 80),
			[],
		);
		t.regex(end.stdout, new RegExp(`\nExample:\n  .*zeroize ${path.join(' ')}`));
		const [first = '', ...more] = path;
		const asked = await runMain(more.length === 0 ? ['help', ...path] : [first, 'help', ...more]);
		t.is(asked.stdout, end.stdout);
	});
}

test('every command of the contract that is here is listed by the help', async t => {
	const {stdout} = await runMain(['--help']);
	for (const name of [
		'run',
		'plan',
		'rehearse',
		'verify',
		'devices',
		'recipes',
		'erasers',
		'steps',
		'certificate',
	]) {
		t.regex(stdout, new RegExp(`^  ${name} `, 'm'));
	}
});

test('no arguments are a question for help', async t => {
	const end = await runMain([]);
	t.is(end.exitCode, 0);
	t.is(end.stdout, (await runMain(['--help'])).stdout);
});

test('the version is that of the package', async t => {
	const end = await zeroize(['--version']);
	t.deepEqual([end.exitCode, end.stdout, end.stderr], [0, `${packageJson.version}\n`, '']);
});

for (const list of ['recipes', 'erasers', 'steps']) {
	test(`zeroize ${list} says the same to people, in 80 columns, and to programs`, async t => {
		const rows: ReadonlyArray<{name: string}> = JSON.parse((await runMain([list, '--json'])).stdout);
		const {stdout} = await runMain([list]);
		t.true(rows.length > 0);
		const names = stdout.split('\n').flatMap(line => /^\S+/.exec(line)?.[0] ?? []);
		t.deepEqual(
			names,
			rows.map(({name}) => name),
		);
		t.true(stdout.split('\n').every(line => line.length <= 80));
	});
}

const recipe = (steps: string, more = ''): string =>
	`name: mine\ntitle: mine\nsummary: mine\n${more}steps:\n${steps}`;

const recipes: ReadonlyArray<
	readonly [title: string, text: string, line: number, cause: RegExp, hint: RegExp]
> = [
	['an unknown key', recipe('  - step: erase\n', 'stepz: 1\n'), 4, /unknown key "stepz"/, /"steps"/],
	['an unknown step', recipe('  - step: erace\n'), 5, /unknown step "erace"/, /"erase"/],
	[
		'an unknown option',
		recipe('  - step: verify\n    coverige: full\n'),
		6,
		/unknown option "coverige" of step "verify"/,
		/"coverage"/,
	],
	[
		'a wrong type',
		recipe('  - step: erase\n    eraser: 7\n'),
		6,
		/"eraser" must be text, found the number 7/,
		/./,
	],
	['a wrong value', recipe('  - step: verify\n    coverage: half\n'), 6, /"coverage"/, /full/],
	[
		'steps in the wrong order',
		recipe('  - step: verify\n  - step: erase\n'),
		6,
		/cannot come after/,
		/order/,
	],
	['no YAML', 'name: [', 1, /./, /./],
];

for (const [title, text, line, cause, hint] of recipes) {
	test(`a recipe with ${title} is refused with its file, line and a hint`, async t => {
		const place = await createPlace(t);
		const file = await place.write('mine.yaml', text);
		const end = await runMain([
			'run',
			file,
			'--device',
			'/dev/null',
			'--confirm',
			'/dev/null',
			...place.args,
		]);
		t.is(end.exitCode, 2);
		const [said = '', wayOut = ''] = end.stderr.split('\nhint: ');
		t.true(said.startsWith(`zeroize: run: ${file}:${line}: `), said);
		t.regex(said, cause);
		t.regex(wayOut, hint);
		t.is(end.stdout, '');
	});
}
