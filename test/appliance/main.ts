import {copyFile, mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {build} from '../../src/dev/build.ts';
import {type Case, cases} from './cases/cases.ts';
import {type CaseResult, secondsSince} from './cases/checks.ts';
import {provideStock} from './cases/stock.ts';
import {systems} from './cases/systems.ts';
import {runPool} from './pool.ts';
import {formatTable, type Row, type SecondRow, secondHead, systemHead} from './table.ts';

/*
 * Debian guests that erase the disk they run from, looked at from outside:
 *
 *   npm run test:appliance -- [--executable FILE] [--at-once 2] [--except CASE]… [CASE…]
 *
 * The consoles are kept in node_modules/.cache/zeroize-appliance-consoles/.
 */
const {values, positionals} = parseArgs({
	options: {
		executable: {type: 'string'},
		'at-once': {type: 'string', default: '2'},
		except: {type: 'string', multiple: true, default: []},
	},
	allowPositionals: true,
});

const startedAtMs = performance.now();
const root = path.join(import.meta.dirname, '../..');
const consoles = path.join(root, 'node_modules/.cache/zeroize-appliance-consoles');

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const chosen = cases.filter(
	({name}) => (positionals.length === 0 || positionals.includes(name)) && !values.except.includes(name),
);
const unknown = [...positionals, ...values.except].filter(name => !cases.some(other => other.name === name));
if (unknown.length > 0) {
	throw new Error(`no case ${unknown.join(', ')}; there are: ${cases.map(({name}) => name).join(', ')}`);
}

// In a short path: that of a socket has 108 bytes at most.
const work = await mkdtemp(path.join(tmpdir(), 'appliance-'));
const counts = {passed: 0, failed: 0};

const runCase = async (one: Case): Promise<CaseResult> => {
	const directory = path.join(work, one.name);
	try {
		const result = await one.run(stock, directory);
		for (const {name, problem} of result.checks) {
			counts[problem === undefined ? 'passed' : 'failed'] += 1;
			say(`${problem === undefined ? 'ok' : 'FAILED'}  ${one.name}: ${name}${problem ? `: ${problem}` : ''}`);
		}

		return result;
	} catch (error) {
		counts.failed += 1;
		say(`FAILED  ${one.name}: ${error instanceof Error ? error.message : String(error)}`);
		throw error;
	} finally {
		await copyFile(path.join(directory, 'console.log'), path.join(consoles, `${one.name}.log`)).catch(
			() => {},
		);
		await rm(directory, {recursive: true, force: true});
	}
};

const rowOf = (one: Case, results: ReadonlyMap<string, CaseResult>): Row => {
	const figure = (result: CaseResult | undefined): string =>
		result
			? [result.nonZeroBlocks, result.note && `(${result.note})`].filter(part => part !== undefined).join(' ')
			: '-';
	const byHand = one.disturbance === undefined ? results.get(`${one.system}-by-hand`) : undefined;
	const ours = results.get(one.name);
	return {
		title: [systems[one.system].title, one.disturbance].filter(part => part !== undefined).join(', '),
		byHand: figure(byHand),
		ours: figure(ours),
		byHandSeconds: byHand ? String(byHand.seconds) : '-',
		ourSeconds: ours ? String(ours.seconds) : '-',
	};
};

const secondRowOf = (
	{column, disturbance = ''}: Case,
	result: CaseResult | undefined,
): readonly SecondRow[] =>
	column === 'second' && result
		? [
				{
					...{title: disturbance, left: String(result.nonZeroBlocks)},
					...{seconds: String(result.seconds), note: result.note ?? ''},
				},
			]
		: [];

const buildHere = async (): Promise<string> => (await build(path.join(work, 'dist'))).x64;

// The longest first, so that at the end no guest is waited for alone: those by hand take half as long as the others.
const longestFirst = ['second', 'ours', 'byHand'] as const;
const inOrder = longestFirst.flatMap(column => chosen.filter(one => one.column === column));

await mkdir(consoles, {recursive: true});
const stock = await provideStock(work, values.executable ?? buildHere(), say);
say(`images are there after ${secondsSince(startedAtMs)} s`);
try {
	const settled = await runPool(
		inOrder.map(one => () => runCase(one)),
		Number(values['at-once']),
	);
	const results = new Map(
		settled.flatMap((result, index) =>
			result.status === 'fulfilled' ? [[inOrder[index]?.name ?? '', result.value] as const] : [],
		),
	);
	const rows = cases.filter(
		({column, system, name, disturbance}) =>
			column === 'ours' &&
			(results.has(name) || (disturbance === undefined && results.has(`${system}-by-hand`))),
	);
	if (rows.length > 0) {
		say(
			`\n${formatTable(
				systemHead,
				rows.map(one => rowOf(one, results)),
			)}\n`,
		);
	}

	const secondRows = chosen.flatMap(one => secondRowOf(one, results.get(one.name)));
	if (secondRows.length > 0) {
		say(`\n${formatTable(secondHead, secondRows)}\n`);
	}

	const byHand = chosen.flatMap(({column, name}) =>
		column === 'byHand' ? (results.get(name)?.nonZeroBlocks ?? 0) : [],
	);
	if (byHand.length > 0 && byHand.every(count => count === 0)) {
		counts.failed += 1;
		say('FAILED  by hand: no blocks are left anywhere: this test cannot see what is left');
	}

	say(`1 GiB of RAM each, ${values['at-once']} guests side by side; ${secondsSince(startedAtMs)} s in all`);
} finally {
	await rm(work, {recursive: true, force: true});
}

say(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 ? 1 : 0;
