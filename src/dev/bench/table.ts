import {formatBytes} from '../../progress.ts';
import {type Check, checksOf, verdictOf} from './checks.ts';
import type {Group, Results} from './results.ts';
import {type Spread, spreadOf} from './statistics.ts';
import {describeGroup, type Summary, summaries} from './summary.ts';

export type Row = readonly string[];

/** Heads and rows, as the terminal and the README have them. */
export interface Table {
	readonly heads: Row;
	readonly rows: readonly Row[];
}

const none = '–';

const seconds = (spread: Spread | undefined): string => spread?.median.toFixed(2) ?? none;

const range = (spread: Spread | undefined): string =>
	spread ? `${spread.min.toFixed(2)}..${spread.max.toFixed(2)}` : none;

const number = (value: number | undefined, digits: number): string => value?.toFixed(digits) ?? none;

/** Medians of one group: ours, peers, limit, each from the fastest on. */
export const groupTable = (group: Group): Table => {
	const order = ['ours', 'peer', 'limit'];
	const sorted = summaries(group).toSorted(
		(a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || timeOf(a) - timeOf(b),
	);
	return {
		heads: [
			...['what', 'does', 'runs', 'seconds', 'min..max', 'GB/s', 'erase s', 'verify s'],
			...['CPU s/GB', 'machine CPU s/GB', 'MB'],
		],
		rows: sorted.map(rowOf),
	};
};

const timeOf = ({seconds}: Summary): number => seconds?.median ?? Number.POSITIVE_INFINITY;

const rowOf = (it: Summary): Row => [
	`${it.name}${it.isOffloaded ? ' (the device zeroed the range)' : ''}${it.failures.length > 0 ? ` FAILED: ${it.failures.join('; ')}` : ''}`,
	it.does,
	`${it.seconds?.count ?? 0}`,
	seconds(it.seconds),
	range(it.seconds),
	number(it.bytesPerSecond && it.bytesPerSecond.median / 1e9, 2),
	seconds(it.eraseSeconds),
	seconds(it.verifySeconds),
	number(it.cpuSecondsPerGB, 3),
	number(it.machineCpuSecondsPerGB, 3),
	number(it.maxRssBytes && it.maxRssBytes / 1e6, 0),
];

/** Seconds by group: how the cost grows. */
export const growthTable = (groups: readonly Group[]): Table => {
	const all = groups.map(group => ({group, summaries: summaries(group)}));
	const names = [...new Set(all.flatMap(({summaries}) => summaries.map(({name}) => name)))];
	return {
		heads: ['seconds', ...groups.map(group => describeGroup(group))],
		rows: names.map(name => [
			name,
			...all.map(({summaries}) => {
				const found = summaries.find(it => it.name === name)?.seconds;
				return found ? `${seconds(found)} (${range(found)})` : none;
			}),
		]),
	};
};

export const checkTable = (checks: readonly Check[]): Table => ({
	heads: ['what must hold', 'limit', 'measured', 'verdict', 'medians'],
	rows: checks.map(check => [check.what, check.limit, check.figure ?? none, verdictOf(check), check.detail]),
});

export const kernelTable = ({kernel}: Pick<Results, 'kernel'>): Table => ({
	heads: ['one core reads', 'GB/s', 'min..max'],
	rows: kernel.map(({what, bytesPerSecond}) => {
		const spread = spreadOf(bytesPerSecond.map(rate => rate / 1e9));
		return [what, number(spread?.median, 1), range(spread)];
	}),
});

/** Columns of the same width, for the terminal. */
const renderText = ({heads, rows}: Table): string => {
	const widths = heads.map((head, column) =>
		Math.max(head.length, ...rows.map(row => (row[column] ?? '').length)),
	);
	const render = (row: Row) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join('  ')
			.trimEnd();
	return [render(heads), ...rows.map(render)].join('\n');
};

export const renderMarkdown = ({heads, rows}: Table): string =>
	[
		`| ${heads.join(' | ')} |`,
		`|${'---|'.repeat(heads.length)}`,
		...rows.map(row => `| ${row.join(' | ')} |`),
	].join('\n');

/** All that a person at the terminal wants to see in the end. */
export const renderResults = (results: Results): string => {
	const failures = results.groups.flatMap(group =>
		summaries(group).flatMap(({name, failures}) =>
			failures.map(failure => `!!! ${describeGroup(group)}: ${name} FAILED: ${failure}`),
		),
	);
	return [
		...results.groups.map(group => `${describeGroup(group)}\n${renderText(groupTable(group))}`),
		renderText(kernelTable(results)),
		renderText(checkTable(checksOf(results))),
		...results.leftOut.map(({what, reason}) => `left out: ${what}: ${reason}`),
		...failures,
		`load ${loadText(results.machine.loadBefore)} before, ${loadText(results.machine.loadAfter)} after; ${results.machine.cores} cores, ${formatBytes(results.machine.memoryBytes)}`,
	].join('\n\n');
};

export const loadText = (load: readonly number[]): string => (load[0] ?? 0).toFixed(2);
