import {mkdir, readFile, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {$, which} from 'zx';
import {
	type Campaign,
	chooseFios,
	contestantsOf,
	measureGroup,
	measureStart,
	wantsFio,
} from './bench/campaign.ts';
import {erasersOfInterest, packages} from './bench/contestants.ts';
import {freshExecutable} from './bench/executable.ts';
import {measureKernel} from './bench/kernel.ts';
import {availableMemory, readMachine} from './bench/machine.ts';
import {type BenchOptions, help, readOptions} from './bench/options.ts';
import {drawPlots} from './bench/plot.ts';
import {generateBenchmark} from './bench/readme.ts';
import type {FioChoice, Group, Results} from './bench/results.ts';
import {renderResults} from './bench/table.ts';
import {versionOf} from './bench/warm-up.ts';
import {settle} from './generated.ts';

const root = path.join(import.meta.dirname, '../..');

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const requirePrograms = async (programs: readonly string[]): Promise<void> => {
	const missing = [];
	for (const program of programs) {
		if ((await which(program, {nothrow: true})) === null) {
			missing.push(program);
		}
	}

	if (missing.length > 0) {
		const names = [...new Set(missing.map(program => packages[program] ?? program))];
		throw new Error(`${missing.join(', ')} not found; on Debian: apt-get install ${names.join(' ')}`);
	}
};

// What the stage and the clock need, whoever takes part.
const always = ['blockdev', 'cmp', 'fallocate', 'losetup', 'time'];

const prepare = async (options: BenchOptions, signal: AbortSignal) => {
	if (process.getuid?.() !== 0) {
		throw new Error('root is needed, for loop devices and to drop the page cache');
	}

	const executable = options.zeroize ? path.resolve(options.zeroize) : await freshExecutable(root, say);
	const {stdout} = await $({quiet: true, timeout: '1m'})`${executable} erasers --json`;
	const known = JSON.parse(stdout).map(({name}: {readonly name: string}) => name);
	const leftOut: Array<Results['leftOut'][number]> = [];
	const leaveOut = (entry: Results['leftOut'][number]): void => {
		leftOut.push(entry);
		say(`left out: ${entry.what}: ${entry.reason}`);
	};
	const erasers = erasersOfInterest.filter(name => known.includes(name));
	for (const name of erasersOfInterest.filter(name => !known.includes(name))) {
		leaveOut({what: `zeroize ${name}`, reason: 'this build has no such eraser'});
	}

	const disk = options.diskDirectory ?? path.join(root, 'node_modules/.cache');
	await mkdir(disk, {recursive: true});
	const directories = {tmpfs: '/dev/shm', disk};
	const campaign = {executable, erasers, only: options.only, directories, signal, say, leaveOut};
	const programs = contestantsOf(campaign).map(({program}) => program);
	const all = [...new Set([...programs, ...(wantsFio(campaign) ? ['fio'] : [])])];
	await requirePrograms([...new Set([...always, ...all])]);
	return {campaign, leftOut, programs: all};
};

const GiB = 1024 ** 3;

const measureAll = async (options: BenchOptions, signal: AbortSignal): Promise<Results> => {
	const startedAtMs = performance.now();
	const loadBefore = os.loadavg();
	const {campaign, leftOut, programs} = await prepare(options, signal);
	const {fio, groups} = await measureGroups(options, campaign);
	const start = await measureStart(options.sideRuns, campaign);
	const isRoomy = (await availableMemory()) > 3 * GiB;
	const kernel = measureKernel(isRoomy ? GiB : GiB / 8, options.sideRuns);
	const versions: Record<string, string> = {};
	for (const program of programs) {
		versions[path.basename(program)] = await versionOf(program);
	}

	return {
		format: 1,
		date: new Date().toISOString(),
		profile: options.profile,
		seconds: Math.round((performance.now() - startedAtMs) / 1000),
		machine: {...(await readMachine(campaign.directories.disk)), loadBefore, loadAfter: os.loadavg()},
		versions,
		fio,
		groups,
		start,
		kernel,
		leftOut,
	};
};

const measureGroups = async (
	{groups: plans}: BenchOptions,
	campaign: Campaign,
): Promise<{readonly fio: readonly FioChoice[]; readonly groups: readonly Group[]}> => {
	const fio = wantsFio(campaign) ? await chooseFios(plans, campaign) : [];
	const groups: Group[] = [];
	for (const plan of plans) {
		const group = await measureGroup(plan, fio, campaign);
		if (group) {
			groups.push(group);
		}
	}

	return {fio, groups};
};

const write = async (results: Results, options: BenchOptions): Promise<void> => {
	const out = path.resolve(
		root,
		options.out ?? (options.writesReadme || options.redraws ? 'bench' : 'dist/bench'),
	);
	await mkdir(out, {recursive: true});
	await writeFile(path.join(out, 'results.json'), `${JSON.stringify(results, null, '\t')}\n`);
	for (const {file, svg} of drawPlots(results)) {
		await writeFile(path.join(out, file), svg);
	}

	say(`results.json and the plots are in ${out}`);
	if (options.writesReadme) {
		const readme = await readFile(path.join(root, 'README.md'), 'utf8');
		await settle(root, [generateBenchmark(readme, results)], {isCheck: false});
	}
};

class Stopped extends Error {}

const obtain = async (options: BenchOptions): Promise<Results> => {
	if (options.redraws) {
		return JSON.parse(await readFile(path.resolve(root, options.out ?? 'bench', 'results.json'), 'utf8'));
	}

	const controller = new AbortController();
	// Whatever is attached is detached and deleted on the way out.
	const stop = () => controller.abort(new Stopped('stopped; nothing is left attached'));
	process.once('SIGINT', stop).once('SIGTERM', stop);
	return measureAll(options, controller.signal);
};

const main = async (): Promise<void> => {
	const options = readOptions(process.argv.slice(2));
	if (options.help) {
		process.stdout.write(help);
		return;
	}

	const results = await obtain(options);
	process.stdout.write(`${renderResults(results)}\n`);
	await write(results, options);
	const isOursWrong = results.groups.some(({series}) =>
		series.some(({kind, runs}) => kind === 'ours' && runs.some(({failure}) => failure !== null)),
	);
	process.exitCode = isOursWrong ? 1 : 0;
};

try {
	await main();
} catch (error) {
	say(`bench: ${error instanceof Error ? error.message : String(error)}`);
	process.exitCode = error instanceof Stopped ? 130 : 1;
}
