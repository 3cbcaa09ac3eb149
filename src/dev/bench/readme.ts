import {formatBytes, formatDuration} from '../../progress.ts';
import type {GeneratedFile} from '../generated.ts';
import {checksOf} from './checks.ts';
import {drawPlots} from './plot.ts';
import type {Results} from './results.ts';
import {describeGroup, mainGroup} from './summary.ts';
import {
	checkTable,
	groupTable,
	growthTable,
	kernelTable,
	loadText,
	renderMarkdown,
	type Table,
} from './table.ts';

const begin = '<!-- benchmark: written by npm run bench -- --readme -->';

const end = '<!-- end of the benchmark -->';

/** The README with its section on speed made anew. */
export const generateBenchmark = (readme: string, results: Results): GeneratedFile => {
	const [before, rest] = readme.split(begin);
	const after = rest?.split(end)[1];
	if (before === undefined || after === undefined) {
		throw new Error(`README.md has lost its lines "${begin}" and "${end}"`);
	}

	return {file: 'README.md', text: `${before}${begin}\n\n${sectionOf(results)}\n\n${end}${after}`};
};

const sectionOf = (results: Results): string => {
	const main = mainGroup(results);
	const others = results.groups.filter(group => group !== main);
	return [
		machineText(results),
		...warnings(results),
		...(main
			? [`**${describeGroup(main)}**, 4 KiB sectors:`, renderMarkdown(briefly(groupTable(main)))]
			: []),
		...drawPlots(results).map(({file, title}) => `![${title}](bench/${file})`),
		'What must hold, by these medians:',
		renderMarkdown(checkTable(checksOf(results))),
		...(others.length > 0 ? ['Other sizes, several at once, and a disk: seconds (least..most).'] : []),
		...(others.length > 0 ? [renderMarkdown(growthTable(others))] : []),
		'The comparison of the verification alone, beside how fast the C library can read the same memory:',
		renderMarkdown(kernelTable(results)),
		notes(results),
	].join('\n\n');
};

// The cost of the whole machine is in results.json: here it would be one column too many.
const briefly = ({heads, rows}: Table): Table => {
	const isKept = (_: string, column: number) => heads[column] !== 'machine CPU s/GB';
	return {heads: heads.filter(isKept), rows: rows.map(row => row.filter(isKept))};
};

// The minute before the first run: what comes after it is our own load.
const calm = 0.5;

const warnings = ({profile, machine}: Results): readonly string[] => [
	...(profile === 'standard'
		? []
		: [`**Not the standard profile but: ${profile}. Do it again with \`npm run bench -- --readme\`.**`]),
	...((machine.loadBefore[0] ?? 0) > calm
		? ['**The machine was not idle before: these figures say little.**']
		: []),
];

const versionsText = (versions: Results['versions']): string =>
	Object.entries(versions)
		.map(([name, version]) => `${name} ${version}`)
		.join(', ');

const machineText = ({machine, date, profile, seconds, versions}: Results): string =>
	[
		`Measured on ${date.slice(0, 10)} in ${formatDuration(seconds * 1000)} (profile: ${profile}): ${machine.cpu}, ${machine.cores} cores,`,
		`${formatBytes(machine.memoryBytes)} of memory, ${machine.system}, Linux ${machine.kernel}; load ${loadText(machine.loadBefore)}`,
		`before, ${loadText(machine.loadAfter)} after.`,
		`${versionsText(versions)}. Each run is in \`bench/results.json\`.`,
	].join('\n');

const notes = ({fio, leftOut, machine}: Results): string =>
	[
		'How it was measured: in turn, each round begun by another one; each device attached anew, filled with random',
		'bytes and the page cache dropped before each run, the program itself read into memory; looked at from outside',
		'afterwards for a byte that is not zero. Seconds are those of the whole process, from its start to its end; those',
		'of a step are what the events say. CPU is user and system time of the process and its children: what the kernel',
		'does for it in threads of its own is not in it. MB is the largest resident set; of several processes, their sum.',
		'nwipe and the documented dd are slow and have fewer runs. Where the kernel wrote the zeros of a zeroed range itself,',
		'as a loop device on tmpfs makes it do, every block was written; where the device did it, its row says so.',
		`The disk is a file on ${machine.disk}.`,
		...fio.map(
			({direction, medium, blockBytes, depth}) =>
				`fio ${direction} on ${medium}: ${formatBytes(blockBytes)}, queue depth ${depth}, the best of all tried.`,
		),
		...leftOut.map(({what, reason}) => `Left out: ${what} (${reason}).`),
	].join('\n');
