import {formatBytes} from '../../progress.ts';
import type {Group, Results, Run, Series} from './results.ts';
import {type Spread, spreadOf} from './statistics.ts';

/** What the runs of one contestant in one group come to. Only runs that did what they should count. */
export interface Summary {
	readonly name: string;
	readonly kind: Series['kind'];
	readonly does: Series['does'];
	/** Absent where every run failed. */
	readonly seconds: Spread | undefined;
	readonly eraseSeconds: Spread | undefined;
	readonly verifySeconds: Spread | undefined;
	/** Of all devices together; for fio its own figure, for others from {@link seconds}. */
	readonly bytesPerSecond: Spread | undefined;
	readonly cpuSecondsPerGB: number | undefined;
	readonly machineCpuSecondsPerGB: number | undefined;
	readonly maxRssBytes: number | undefined;
	/** The kernel had the device zero the range: not every block was written. */
	readonly isOffloaded: boolean;
	readonly failures: readonly string[];
}

const summarize = ({bytes, devices}: Pick<Group, 'bytes' | 'devices'>, series: Series): Summary => {
	const {name, kind, does} = series;
	const runs = series.runs.filter(({failure}) => failure === null);
	const totalBytes = bytes * devices;
	const spread = (of: (run: Run) => number | null) => spreadOf(runs.map(of).filter(value => value !== null));
	const perGB = (of: (run: Run) => number) => spread(run => (of(run) / totalBytes) * 1e9)?.median;
	return {
		name,
		kind,
		does,
		seconds: spread(run => run.seconds),
		eraseSeconds: spread(run => run.eraseSeconds),
		verifySeconds: spread(run => run.verifySeconds),
		bytesPerSecond: spread(run => run.bytesPerSecond ?? totalBytes / run.seconds),
		cpuSecondsPerGB: perGB(run => run.cpuSeconds),
		machineCpuSecondsPerGB: perGB(run => run.machineCpuSeconds),
		maxRssBytes: spread(run => run.maxRssBytes)?.max,
		isOffloaded: runs.some(({isOffloaded}) => isOffloaded === true),
		failures: [...new Set(series.runs.flatMap(({failure}) => failure ?? []))],
	};
};

export const summaries = (group: Group): readonly Summary[] =>
	group.series.map(series => summarize(group, series));

const GiB = 1024 ** 3;

/** The group that the checks and the main table are about: one device on tmpfs, as near to 4 GiB as there is. */
export const mainGroup = ({groups}: Pick<Results, 'groups'>): Group | undefined =>
	groups
		.filter(({medium, devices}) => medium === 'tmpfs' && devices === 1)
		.toSorted((a, b) => distance(a.bytes) - distance(b.bytes))[0];

const distance = (bytes: number): number => Math.abs(Math.log(bytes / (4 * GiB)));

/** The group with the most devices at once, where there is one with more than one. */
export const widestGroup = ({groups}: Pick<Results, 'groups'>): Group | undefined =>
	groups
		.filter(({medium, devices}) => medium === 'tmpfs' && devices > 1)
		.toSorted((a, b) => b.devices - a.devices)[0];

export const describeGroup = ({
	medium,
	bytes,
	devices,
}: Pick<Group, 'medium' | 'bytes' | 'devices'>): string =>
	`${devices === 1 ? '' : `${devices} × `}${formatBytes(bytes)} on ${medium}`;
