import {chmod, cp, mkdir, readdir, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import tmp from 'tmp';
import {$} from 'zx';

tmp.setGracefulCleanup();

const root = path.join(import.meta.dirname, '../..');

const passing = `
test('holds', t => t.pass());
`;

const planted = `
test('does not hold', t => t.fail());
test.skip('cannot run here (needs root)', t => t.pass());
test.todo('is not written yet');
${passing}`;

/** A copy of the project with these tests alone; type checker, linter and knip answer with `exitCode`. */
const copyTree = async (
	tests: string,
	{exitCode = 0}: {readonly exitCode?: number} = {},
): Promise<string> => {
	const tree = tmp.dirSync({prefix: 'zeroize-check-', unsafeCleanup: true}).name;
	for (const part of ['.ci', 'src/dev/check.ts', 'src/dev/tap.ts', 'package.json']) {
		await cp(path.join(root, part), path.join(tree, part), {recursive: true});
	}

	for (const script of ['generate', 'schema', 'reference']) {
		await writeFile(path.join(tree, `src/dev/${script}.ts`), '');
	}

	await mkdir(path.join(tree, 'test/cli'), {recursive: true});
	// The suite that is run alone.
	await writeFile(path.join(tree, 'test/cli/stalls.ts'), `import test from 'ava';\n${passing}`);
	await writeFile(path.join(tree, 'test/planted.ts'), `import test from 'ava';\n${tests}`);
	await linkPackages(tree);
	for (const tool of ['tsc', 'biome', 'knip']) {
		await writeProgram(path.join(tree, 'node_modules/.bin', tool), `exit ${exitCode}`);
	}

	return tree;
};

const linkPackages = async (tree: string): Promise<void> => {
	const bin = path.join(tree, 'node_modules/.bin');
	await mkdir(bin, {recursive: true});
	for (const name of await readdir(path.join(root, 'node_modules'))) {
		if (name !== '.bin') {
			await symlink(path.join(root, 'node_modules', name), path.join(tree, 'node_modules', name));
		}
	}

	for (const name of ['ava', 'c8', 'node']) {
		await symlink(path.join(root, 'node_modules/.bin', name), path.join(bin, name));
	}
};

const writeProgram = async (file: string, line: string): Promise<void> => {
	await writeFile(file, `#!/bin/sh\n${line}\n`);
	await chmod(file, 0o755);
};

/** Runs a command in the copy, as a shell of its own would: nothing of this suite's environment goes along. */
const runIn = async (
	tree: string,
	command: readonly string[],
	env: Readonly<Record<string, string>> = {},
) => {
	const {PATH = '', HOME = ''} = process.env;
	const {exitCode, stdout, stderr} = await $({
		cwd: tree,
		// Node hands this one on unless it is said not to, and the inner c8 would empty the outer one's folder.
		env: {HOME, PATH, NODE_V8_COVERAGE: undefined, ...env},
		nothrow: true,
		quiet: true,
	})`${command}`;
	return {exitCode, output: stdout + stderr, lastLine: stdout.trimEnd().split('\n').at(-1)};
};

const checkCommand = ['node_modules/.bin/node', 'src/dev/check.ts'];

test.serial('counts checks and tests, and ends with exit code 0 when all hold', async t => {
	const {exitCode, lastLine, output} = await runIn(await copyTree(passing), checkCommand, {CI: 'true'});
	t.is(lastLine, '9 passed, 0 failed', output);
	t.is(exitCode, 0);
});

test.serial('a failed, a skipped and an unwritten test are three failures where CI is true', async t => {
	const {exitCode, lastLine, output} = await runIn(await copyTree(planted), checkCommand, {CI: 'true'});
	t.is(lastLine, '9 passed, 3 failed', output);
	t.is(exitCode, 1);
	t.regex(output, /^FAILED {2}test: does not hold$/m);
	t.regex(output, /^FAILED {2}skipped: cannot run here \(needs root\)$/m);
	t.regex(output, /^FAILED {2}todo: is not written yet$/m);
});

test.serial(
	'elsewhere a skipped test is named with its reason and fails nothing, and coverage is not asked for',
	async t => {
		const tree = await copyTree(`test.skip('cannot run here (needs root)', t => t.pass());${passing}`);
		const {exitCode, lastLine, output} = await runIn(tree, checkCommand);
		t.is(lastLine, '8 passed, 0 failed', output);
		t.is(exitCode, 0);
		t.regex(output, /^skipped: cannot run here \(needs root\)$/m);
		t.regex(output, /^skipped: coverage, because 1 tests were skipped/m);
	},
);

test.serial('a test process that ends itself is a failure', async t => {
	const tree = await copyTree(`${passing}test('ends the process', () => process.exit(0));`);
	const {exitCode, lastLine, output} = await runIn(tree, checkCommand);
	t.regex(lastLine ?? '', /^\d+ passed, [1-9]\d* failed$/, output);
	t.is(exitCode, 1);
});

test.serial('a failed check is named, and the others are still done', async t => {
	const {exitCode, lastLine, output} = await runIn(await copyTree(passing, {exitCode: 3}), checkCommand);
	t.is(lastLine, '6 passed, 3 failed', output);
	t.is(exitCode, 1);
	t.regex(output, /^FAILED {2}lint: exit code 3$/m);
});

/** Directory of programs that stand before the machine's: `apt-get` and `npm ci` do nothing. */
const fakePrograms = async (npmTest: string, appliance = 'echo "0 passed, 0 failed"'): Promise<string> => {
	const bin = tmp.dirSync({prefix: 'zeroize-bin-', unsafeCleanup: true}).name;
	await writeProgram(path.join(bin, 'apt-get'), 'exit 0');
	await writeProgram(
		path.join(bin, 'npm'),
		`case "$*" in\ntest) ${npmTest} ;;\n'run test:appliance'*) ${appliance} ;;\nesac`,
	);
	return bin;
};

const runCi = async (tree: string, npmTest: string, appliance?: string) => {
	const bin = await fakePrograms(npmTest, appliance);
	return runIn(tree, ['.ci/run'], {PATH: `${bin}:${process.env['PATH']}`});
};

test.serial('.ci/run ends with the counts, and fails for planted failures', async t => {
	const tree = await copyTree(planted);
	const {exitCode, lastLine, output} = await runCi(tree, `exec ${checkCommand.join(' ')}`);
	t.is(lastLine, '9 passed, 3 failed', output);
	t.not(exitCode, 0);
});

test.serial('.ci/run ends with exit code 0 when all hold', async t => {
	const tree = await copyTree(passing);
	const {exitCode, lastLine, output} = await runCi(tree, `exec ${checkCommand.join(' ')}`);
	t.is(lastLine, '9 passed, 0 failed', output);
	t.is(exitCode, 0);
});

test.serial('.ci/run adds the counts of the appliance, whatever came before', async t => {
	const tree = await copyTree(passing);
	const good = await runCi(tree, 'echo "6 passed, 0 failed"', 'echo "40 passed, 0 failed"');
	t.deepEqual([good.lastLine, good.exitCode], ['46 passed, 0 failed', 0], good.output);
	const bad = await runCi(
		tree,
		'{ echo "6 passed, 1 failed"; exit 1; }',
		'{ echo "39 passed, 2 failed"; exit 1; }',
	);
	t.deepEqual([bad.lastLine, bad.exitCode], ['45 passed, 3 failed', 1], bad.output);
	const dead = await runCi(tree, 'echo "6 passed, 0 failed"', 'exit 9');
	t.deepEqual([dead.lastLine, dead.exitCode], ['6 passed, 1 failed', 1], dead.output);
});

const badEnds: ReadonlyArray<readonly [title: string, npmTest: string, lastLine: string]> = [
	['that dies before it counts', 'exit 9', '0 passed, 1 failed'],
	['that counts no failure and fails', '{ echo "7 passed, 0 failed"; exit 9; }', '7 passed, 1 failed'],
	[
		'that says more after its counts',
		'{ echo "6 passed, 1 failed"; echo bye; exit 1; }',
		'6 passed, 1 failed',
	],
	['that counts a failure and does not fail', '{ echo "6 passed, 1 failed"; }', '6 passed, 1 failed'],
];

for (const [title, npmTest, expected] of badEnds) {
	test.serial(`.ci/run fails for a test command ${title}`, async t => {
		const tree = await copyTree(passing);
		const {exitCode, lastLine, output} = await runCi(tree, npmTest);
		t.is(lastLine, expected, output);
		t.not(exitCode, 0);
	});
}

test.serial('.ci/run counts a failure when the tools cannot be installed', async t => {
	const tree = await copyTree(passing);
	const bin = await fakePrograms('exit 0');
	await writeProgram(path.join(bin, 'apt-get'), 'exit 100');
	const {exitCode, lastLine, output} = await runIn(tree, ['.ci/run'], {
		PATH: `${bin}:${process.env['PATH']}`,
	});
	t.is(lastLine, '0 passed, 1 failed', output);
	t.is(exitCode, 100);
	t.regex(output, /^apt-get update ended with exit code 100/m);
});
