import {parseArgs} from 'node:util';
import {parseBytes} from '../../progress.ts';
import type {Medium} from './results.ts';

/** What is measured in one go: a number of devices of one size on one medium. */
export interface GroupPlan {
	readonly medium: Medium;
	readonly bytes: number;
	readonly devices: number;
	/** Repeats by the pace of a contestant. */
	readonly runs: {readonly fast: number; readonly slow: number; readonly slowest: number};
	readonly isCoreOnly: boolean;
	/** The names of those that take part; absent: all. */
	readonly among?: readonly string[];
}

export interface BenchOptions {
	readonly profile: string;
	readonly groups: readonly GroupPlan[];
	/** Words, one of which a contestant's name must have; none: all. */
	readonly only: readonly string[];
	/** Repeats of what is measured beside the groups. */
	readonly sideRuns: number;
	readonly out: string | undefined;
	readonly diskDirectory: string | undefined;
	readonly zeroize: string | undefined;
	readonly writesReadme: boolean;
	readonly redraws: boolean;
	readonly help: boolean;
}

export const help = `npm run bench -- [options]

Compares zeroize with other tools, as root, on loop devices made for it.

  --quick          256 MiB and less, 3 runs: a minute or two
  --sizes A,B      bytes of a device, such as 256MiB,4GiB; instead of the
                   profile's
  --devices A,B    devices at once, such as 1,16; instead of the profile's
  --media A,B      tmpfs, disk
  --runs N         repeats, also of the slow tools; instead of the profile's
  --only WORD      only what has the word in its name; may be repeated
  --out DIR        for results.json and the plots (default: dist/bench; with
                   --readme: bench)
  --disk-dir DIR   for the files of the devices on a disk (default:
                   node_modules/.cache)
  --zeroize FILE   the executable to measure (default: dist/zeroize, built anew
                   when it is older than its sources)
  --readme         also write the README's section
  --redraw         measure nothing: draw and write anew what results.json says
`;

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

const group = (
	medium: Medium,
	bytes: number,
	devices: number,
	[fast, slow, slowest]: readonly [fast: number, slow: number, slowest: number],
	isCoreOnly = true,
): GroupPlan => ({medium, bytes, devices, runs: {fast, slow, slowest}, isCoreOnly});

// Filling 16 GiB and looking at them afterwards takes half a minute a run.
const largest = [
	...['zeroize direct', 'zeroize direct, verify', 'zeroize zero-range'],
	...['dd direct 4M', 'blkdiscard -z', 'fio write'],
];

// What takes long - nwipe, the documented dd - has fewer repeats, and is left out of some.
const standard: readonly GroupPlan[] = [
	group('tmpfs', 4 * GiB, 1, [5, 3, 2], false),
	group('tmpfs', 256 * MiB, 1, [5, 3, 1], false),
	group('tmpfs', GiB, 1, [3, 1, 0]),
	{...group('tmpfs', 16 * GiB, 1, [2, 0, 0]), among: largest},
	group('tmpfs', 256 * MiB, 4, [3, 1, 0]),
	group('tmpfs', 256 * MiB, 16, [3, 1, 0]),
	group('disk', GiB, 1, [3, 1, 0]),
];

const quick: readonly GroupPlan[] = [
	group('tmpfs', 256 * MiB, 1, [3, 1, 1], false),
	group('tmpfs', 64 * MiB, 1, [3, 1, 0]),
	group('tmpfs', 64 * MiB, 4, [3, 1, 0]),
	group('disk', 256 * MiB, 1, [3, 1, 0]),
];

/** @throws Error for what cannot be read. */
export const readOptions = (args: readonly string[]): BenchOptions => {
	const {values} = parseArgs({
		args: [...args],
		options: {
			quick: {type: 'boolean', default: false},
			sizes: {type: 'string'},
			devices: {type: 'string'},
			media: {type: 'string'},
			runs: {type: 'string'},
			only: {type: 'string', multiple: true, default: []},
			out: {type: 'string'},
			'disk-dir': {type: 'string'},
			zeroize: {type: 'string'},
			readme: {type: 'boolean', default: false},
			redraw: {type: 'boolean', default: false},
			help: {type: 'boolean', default: false},
		},
	});
	const {quick: isQuick} = values;
	const runs = values.runs === undefined ? undefined : count('--runs', values.runs);
	const isOwn = [values.sizes, values.devices, values.media, runs, values.only[0]].some(
		it => it !== undefined,
	);
	return {
		profile: `${isQuick ? 'quick' : 'standard'}${isOwn ? ', changed by options' : ''}`,
		groups: planGroups(isQuick ? quick : standard, values, runs),
		only: values.only,
		sideRuns: runs ?? (isQuick ? 3 : 9),
		out: values.out,
		diskDirectory: values['disk-dir'],
		zeroize: values.zeroize,
		writesReadme: values.readme,
		redraws: values.redraw,
		help: values.help,
	};
};

interface Changes {
	readonly sizes?: string | undefined;
	readonly devices?: string | undefined;
	readonly media?: string | undefined;
}

const planGroups = (
	profile: readonly GroupPlan[],
	{sizes, devices, media}: Changes,
	runs: number | undefined,
): readonly GroupPlan[] => {
	const wanted = list(media)?.map(medium => mediumOf(medium));
	const isCross = sizes !== undefined || devices !== undefined;
	const [fast, slow, slowest] = runs === undefined ? [3, 1, 1] : [runs, runs, runs];
	const groups = isCross
		? (wanted ?? ['tmpfs']).flatMap(medium =>
				(list(sizes) ?? ['256MiB']).flatMap(size =>
					(list(devices) ?? ['1']).map(number =>
						group(medium, bytesOf(size), count('--devices', number), [fast, slow, slowest], false),
					),
				),
			)
		: profile.filter(({medium}) => !wanted || wanted.includes(medium));
	return runs === undefined
		? groups
		: groups.map(it => ({...it, runs: {fast: runs, slow: runs, slowest: runs}}));
};

const list = (text: string | undefined): readonly string[] | undefined =>
	text?.split(',').map(word => word.trim());

const mediumOf = (text: string): Medium => {
	if (text !== 'tmpfs' && text !== 'disk') {
		throw new Error(`--media ${text}: there are tmpfs and disk`);
	}

	return text;
};

const bytesOf = (text: string): number => {
	const bytes = parseBytes(text);
	if (bytes === undefined || bytes % MiB !== 0) {
		throw new Error(`--sizes ${text}: a size in whole MiB, such as 256MiB or 4GiB`);
	}

	return bytes;
};

const count = (option: string, text: string): number => {
	const number = Number(text);
	if (!Number.isInteger(number) || number < 1 || number > 64) {
		throw new Error(`${option} ${text}: a whole number from 1 to 64`);
	}

	return number;
};
