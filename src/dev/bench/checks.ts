import {formatBytes} from '../../progress.ts';
import type {Group, Results} from './results.ts';
import {spreadOf} from './statistics.ts';
import {mainGroup, type Summary, summaries, widestGroup} from './summary.ts';

/** One row of what must hold. */
export interface Check {
	readonly what: string;
	readonly limit: string;
	/** `undefined`: this run did not measure it. */
	readonly figure: string | undefined;
	readonly holds: boolean | undefined;
	readonly detail: string;
}

interface Ratio {
	readonly what: string;
	readonly atMost?: number;
	readonly atLeast?: number;
	readonly of: number | undefined;
	readonly to: number | undefined;
	readonly detail: string;
}

const ratio = ({what, atMost, atLeast, of, to, detail}: Ratio): Check => {
	const limit = atMost === undefined ? `at least ${atLeast?.toFixed(2)}` : `at most ${atMost.toFixed(2)}`;
	if (of === undefined || to === undefined || to === 0) {
		return {what, limit, figure: undefined, holds: undefined, detail};
	}

	const value = of / to;
	const holds = value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? 0);
	return {what, limit, figure: value.toFixed(2), holds, detail};
};

type Find = (name: string) => Summary | undefined;

const finder = (group: Group | undefined): Find => {
	const all = group ? summaries(group) : [];
	return name => all.find(it => it.name === name);
};

const fastest = (of: readonly Summary[]): Summary | undefined =>
	of
		.filter(({seconds}) => seconds)
		.toSorted((a, b) => (a.seconds?.median ?? 0) - (b.seconds?.median ?? 0))[0];

const describe = (it: Summary | undefined): string =>
	it?.seconds ? `${it.name} ${it.seconds.median.toFixed(2)} s` : 'not measured';

/** All that must hold, by the medians of these results. */
export const checksOf = (results: Results): readonly Check[] => {
	const main = mainGroup(results);
	return [
		...(main ? speedChecks(main) : []),
		kernelCheck(results),
		...widthChecks(widestGroup(results)),
		...(main ? [cpuCheck(finder(main))] : []),
		startCheck(results),
	];
};

/** Seconds of the whole process, by the medians. */
const timeRatio = (
	what: string,
	atMost: number,
	own: Summary | undefined,
	other: Summary | undefined,
): Check =>
	ratio({
		what,
		atMost,
		of: own?.seconds?.median,
		to: other?.seconds?.median,
		detail: `${describe(own)}, ${describe(other)}`,
	});

const speedChecks = (main: Group): readonly Check[] => {
	const find = finder(main);
	return [
		...peerChecks(main),
		timeRatio('`direct` against the documented dd', 0.5, find('zeroize direct'), find('dd as documented')),
		timeRatio(
			'erase and full verification against nwipe `--verify=last`',
			0.33,
			find('zeroize direct, verify'),
			find('nwipe verify=last'),
		),
		...limitChecks(main, find),
	];
};

// The kernel writes what these ask for where the device does not do it by itself.
const isByKernel = ({name}: Summary): boolean => name === 'blkdiscard -z' || name === 'zeroize zero-range';

const peerChecks = (main: Group): readonly Check[] => {
	// What only tells the device to zero a range does not write every block.
	const writing = summaries(main).filter(({does, isOffloaded}) => does === 'erase' && !isOffloaded);
	const ours = writing.filter(({kind}) => kind === 'ours');
	const peers = writing.filter(({kind}) => kind === 'peer');
	return [
		timeRatio(
			`best of ours, erase alone, against the best peer that writes every block itself (${formatBytes(main.bytes)})`,
			1,
			fastest(ours.filter(it => !isByKernel(it))),
			fastest(peers.filter(it => !isByKernel(it))),
		),
		timeRatio(
			'best of ours, erase alone, against `blkdiscard -z` where the device does not offload it and the kernel writes',
			1,
			fastest(ours),
			peers.find(isByKernel),
		),
	];
};

// fio's own figures leave its start out, so ours are those of the step.
const limitChecks = ({bytes}: Group, find: Find): readonly Check[] => {
	const rate = (seconds: number | undefined) => (seconds === undefined ? undefined : bytes / seconds);
	const direct = find('zeroize direct');
	const limit = (name: string) => find(name)?.bytesPerSecond?.median;
	const whole = rate(direct?.seconds?.median);
	const fioWrite = limit('fio write');
	return [
		ratio({
			what: "`direct`, its step, against fio's best write bandwidth",
			atLeast: 0.9,
			of: rate(direct?.eraseSeconds?.median),
			to: fioWrite,
			detail: `${inGB(rate(direct?.eraseSeconds?.median))} (${inGB(whole)} with the whole process), fio ${inGB(fioWrite)}`,
		}),
		ratio({
			what: "full verification, its step, against fio's best read bandwidth",
			atLeast: 0.85,
			of: rate(find('zeroize verify')?.verifySeconds?.median),
			to: limit('fio read'),
			detail: `${inGB(rate(find('zeroize verify')?.verifySeconds?.median))}, fio ${inGB(limit('fio read'))}`,
		}),
	];
};

const inGB = (bytesPerSecond: number | undefined): string =>
	bytesPerSecond === undefined ? 'not measured' : `${(bytesPerSecond / 1e9).toFixed(2)} GB/s`;

const kernelCheck = ({kernel}: Results): Check => {
	const far = Math.max(0, ...kernel.map(({workingSetBytes}) => workingSetBytes));
	const rate = (kind: 'comparison' | 'memory') =>
		spreadOf(
			kernel.find(({of, workingSetBytes}) => of === kind && workingSetBytes === far)?.bytesPerSecond ?? [],
		)?.median;
	const [comparison, memory] = [rate('comparison'), rate('memory')];
	return {
		what: 'comparison kernel alone, one core, far beyond the cache',
		limit: "at least 8 GB/s, or the memory's own speed",
		figure: comparison === undefined ? undefined : inGB(comparison),
		holds: comparison === undefined || memory === undefined ? undefined : comparison >= Math.min(8e9, memory),
		detail: `memchr reads the same memory at ${inGB(memory)}`,
	};
};

const mostMemory = 200e6;

const widthChecks = (group: Group | undefined): readonly Check[] => {
	const find = finder(group);
	const direct = find('zeroize direct');
	const what = group ? `${group.devices} devices of ${formatBytes(group.bytes)}` : '16 devices of 256 MiB';
	const memory = direct?.maxRssBytes;
	return [
		timeRatio(
			`${what} at once against as many parallel dd, as documented`,
			1,
			direct,
			find('dd as documented'),
		),
		timeRatio('the same against dd direct', 1, direct, find('dd direct 4M')),
		{
			what: `our memory with ${what}`,
			limit: 'under 200 MB',
			figure: memory === undefined ? undefined : `${(memory / 1e6).toFixed(0)} MB`,
			holds: memory === undefined ? undefined : memory < mostMemory,
			detail: 'largest resident set of all runs, with the pages of the executable',
		},
	];
};

const cpuCheck = (find: Find): Check => {
	const cost = (name: string) => find(name)?.cpuSecondsPerGB;
	// Whatever block size ours chooses: the dd that took less.
	const costs = [cost('dd direct 1M'), cost('dd direct 4M')].filter(it => it !== undefined);
	const dd = costs.length === 0 ? undefined : Math.min(...costs);
	const own = cost('zeroize direct');
	return ratio({
		what: 'CPU seconds per GB of `direct` against dd direct (1 or 4 MiB blocks, the one that took less)',
		atMost: 1.2,
		of: own,
		to: dd,
		detail: `${own?.toFixed(3) ?? 'not measured'}, dd ${dd?.toFixed(3) ?? 'not measured'}; user and system, whole process`,
	});
};

const longestStartSeconds = 0.6;

const startCheck = ({start}: Results): Check => {
	const median = (wanted: boolean) =>
		spreadOf(
			start
				.filter(({isWarm}) => isWarm === wanted)
				.flatMap(({runs}) => runs.flatMap(run => run.firstSectorSeconds ?? run.committedSeconds ?? [])),
		)?.median;
	const inMs = (seconds: number | undefined) =>
		seconds === undefined ? undefined : `${(seconds * 1000).toFixed(0)} ms`;
	const [warm, cold] = [median(true), median(false)];
	return {
		what: 'start to first byte written',
		limit: 'under 600 ms',
		figure: inMs(warm),
		holds: warm === undefined ? undefined : warm < longestStartSeconds,
		detail: `${inMs(cold) ?? 'not measured'} with the executable not in memory`,
	};
};

export const verdictOf = ({holds}: Check): string =>
	holds === undefined ? 'not measured' : holds ? 'pass' : 'MISS';
