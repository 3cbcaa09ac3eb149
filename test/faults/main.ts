import {isRoot} from '../_helpers/loop.ts';
import {runPool} from '../appliance/pool.ts';
import {judge} from './bench/judge.ts';
import {type Found, perform} from './bench/perform.ts';
import {rowOf, titleOf} from './bench/row.ts';
import type {FaultCase} from './case.ts';
import {themes} from './cases/cases.ts';

/*
 * The fault table, with what must hold and what was found:
 *
 *   npm run faults [-- WORD…]       only the cases with one of these words in their title
 */
const words = process.argv.slice(2);

const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Row {
	readonly text: string;
	readonly isRight: boolean;
}

const carryOut = async (fault: FaultCase): Promise<Row> => {
	const cleanups: Array<() => unknown> = [];
	let found: Found | undefined;
	let problems: readonly string[];
	try {
		found = await perform(fault, {teardown: cleanup => void cleanups.push(cleanup)});
		problems = judge(fault, found);
	} catch (error) {
		problems = [error instanceof Error ? error.message : String(error)];
	}

	for (const cleanup of cleanups.reverse()) {
		try {
			await cleanup();
		} catch (error) {
			problems = [...problems, `cleaning up: ${error instanceof Error ? error.message : String(error)}`];
		}
	}

	return {text: rowOf(fault, found, problems), isRight: problems.length === 0};
};

const chosen = (cases: readonly FaultCase[]): readonly FaultCase[] =>
	cases.filter(fault => words.length === 0 || words.some(word => titleOf(fault).includes(word)));

if (!isRoot) {
	throw new Error('the fault table needs root: loop devices and mounts');
}

const startedAtMs = performance.now();
const all = Object.entries(themes).flatMap(([theme, cases]) =>
	chosen(cases).map((fault, index) => ({fault, head: index === 0 ? `\n${theme.toUpperCase()}\n` : ''})),
);
if (all.length === 0) {
	process.stderr.write(`no case has ${words.join(' or ')} in its title; without a word all are run\n`);
	process.exit(2);
}

const waiting = new Map<number, string>();
let next = 0;
const counts = {passed: 0, failed: 0};

/** In the order of the table, as soon as they are there. */
const show = (index: number, text: string): void => {
	waiting.set(index, text);
	for (let ready = waiting.get(next); ready !== undefined; ready = waiting.get(next)) {
		say(ready);
		waiting.delete(next);
		next += 1;
	}
};

await runPool(
	all.map(({fault, head}, index) => async () => {
		const {text, isRight} = await carryOut(fault);
		counts[isRight ? 'passed' : 'failed'] += 1;
		show(index, `${head}${text}`);
	}),
	2,
);
say(`\n${all.length} cases in ${Math.round((performance.now() - startedAtMs) / 1000)} s, two at a time`);
say(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 ? 1 : 0;
