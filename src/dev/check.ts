import path from 'node:path';
import {$} from 'zx';
import {readTap} from './tap.ts';

interface Check {
	readonly name: string;
	readonly command: readonly string[];
}

interface Count {
	readonly passed: number;
	readonly skipped?: number;
	readonly failures: readonly string[];
}

const checks: readonly Check[] = [
	{name: 'plug-in indexes', command: ['node', 'src/dev/generate.ts', '--check']},
	{name: 'JSON schemas', command: ['node', 'src/dev/schema.ts', '--check']},
	{name: 'command reference', command: ['node', 'src/dev/reference.ts', '--check']},
	{name: 'types', command: ['tsc', '-p', '.']},
	{name: 'lint', command: ['biome', 'ci', '--colors=off', '.']},
	{name: 'unused code', command: ['knip', '--no-progress']},
];

// A loop device that hangs holds up whoever attaches another one, so those tests are alone.
const hanging = 'test/cli/stalls.ts';

const suites: readonly Check[] = [
	{name: 'tests', command: ['c8', 'ava', '--tap', 'test/**/*.ts', `!${hanging}`]},
	{name: 'tests of what hangs', command: ['c8', '--no-clean', 'ava', '--tap', hanging]},
];

const coverage: Check = {name: 'coverage', command: ['c8', 'check-coverage']};

// On a machine of ours every suite can run, so one that does not is a fault.
const isStrict = process.env['CI'] === 'true';

const root = path.join(import.meta.dirname, '../..');

// Hundreds of processes compile the same files.
const compileCache = path.join(root, 'node_modules/.cache/zeroize-tests');

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const run = async ({command}: Check, onLine: (line: string) => void): Promise<number> => {
	const child = $({
		cwd: root,
		env: {...process.env, NODE_COMPILE_CACHE: compileCache},
		preferLocal: root,
		nothrow: true,
		quiet: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const running = child`${command} 2>&1`;
	for await (const line of running) {
		onLine(line);
	}

	return (await running).exitCode ?? 1;
};

const runCheck = async (check: Check): Promise<Count> => {
	const lines: string[] = [];
	const startedAt = performance.now();
	const exitCode = await run(check, line => void lines.push(line));
	const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
	say(`${exitCode === 0 ? 'ok' : 'FAILED'}  ${check.name} (${seconds} s)`);
	if (exitCode === 0) {
		return {passed: 1, failures: []};
	}

	say(lines.join('\n'));
	return {passed: 0, failures: [`${check.name}: exit code ${exitCode}`]};
};

const runSuite = async (suite: Check): Promise<Count> => {
	const lines: string[] = [];
	const exitCode = await run(suite, line => {
		lines.push(line);
		say(line);
	});
	const {passed, failed, skipped, todo, isComplete} = readTap(lines);
	const failures = failed.map(title => `test: ${title}`);
	const undone = [...skipped.map(title => `skipped: ${title}`), ...todo.map(title => `todo: ${title}`)];
	if (isStrict) {
		failures.push(...undone);
	} else {
		undone.forEach(say);
	}

	if (!isComplete || (exitCode !== 0 && failed.length === 0)) {
		failures.push(`${suite.name}: ended early or with exit code ${exitCode}`);
	}

	return {passed: passed.length, skipped: skipped.length, failures};
};

const counts: Count[] = [];
for (const check of checks) {
	counts.push(await runCheck(check));
}

for (const suite of suites) {
	counts.push(await runSuite(suite));
}

const skipped = counts.reduce((sum, count) => sum + (count.skipped ?? 0), 0);
if (skipped > 0 && !isStrict) {
	const reason =
		process.getuid?.() === 0 ? 'see their titles' : 'without root there are no loop devices, mounts or swap';
	say(`skipped: coverage, because ${skipped} tests were skipped (${reason})`);
} else {
	counts.push(await runCheck(coverage));
}

const failures = counts.flatMap(count => count.failures);
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
say('');
for (const failure of failures) {
	say(`FAILED  ${failure}`);
}

say(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
