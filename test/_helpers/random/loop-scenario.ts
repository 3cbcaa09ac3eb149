import type {ByteRange} from '../../../src/devices/device.ts';
import type {Random} from './random.ts';

/** What befalls a run from outside, once. */
export interface Disturbance {
	readonly kind:
		| 'kill dd'
		| 'stop dd'
		| 'interrupt us'
		| 'shrink'
		| 'make read-only'
		| 'replace the file'
		| 'detach'
		| 'kill the server'
		| 'unmount'
		| 'break writes'
		| 'write'
		| 'hold open';
	/** After this event … */
	readonly when: 'step.started erase' | 'run.committed' | 'step.progress erase' | 'step.started verify';
	/** … and so long. */
	readonly delayMs: number;
	readonly signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT';
	/** Where a process writes, or the device ends. */
	readonly offset: number;
	readonly isDirect: boolean;
}

/** A run on a real loop device, as data. */
export interface LoopScenario {
	/** `image`: a file; `served`: the same file through nbdkit and FUSE; `small`: a file that its file system has no room for. */
	readonly store: 'image' | 'served' | 'small';
	readonly totalBytes: number;
	/** `loop:FILE`, or a loop device that is there already. */
	readonly scheme: 'loop' | 'node';
	readonly sectorBytes: number;
	readonly directIo: boolean;
	readonly eraser: 'dd' | 'direct';
	readonly verify: 'full' | 'sampled:10' | 'none';
	readonly disturbance?: Disturbance;
	/** Of the server. */
	readonly unwritable: readonly ByteRange[];
	readonly writeDelayMs: number;
	/** Parts of a hundred. */
	readonly writeErrors: number;
	readonly readErrors: number;
}

const MiB = 1024 ** 2;

export const randomLoopScenario = (random: Random): LoopScenario => {
	const store = random.pick(['image', 'image', 'served', 'served', 'served', 'small'] as const);
	const scheme = store === 'image' && random.chance(0.4) ? 'loop' : 'node';
	const totalBytes = random.integer(4, 16) * MiB - (random.chance(0.5) ? random.integer(0, 200) * 4096 : 0);
	const eraser = random.pick(['dd', 'direct'] as const);
	const disturbance = random.chance(0.75)
		? randomDisturbance(random, {store, scheme, totalBytes, eraser})
		: undefined;
	const isServed = store === 'served';
	const sectorBytes = scheme === 'loop' ? 512 : random.pick([512, 4096]);
	return {
		...{store, totalBytes, scheme, sectorBytes, eraser},
		directIo: random.chance(0.6),
		verify: random.pick(['full', 'full', 'full', 'full', 'full', 'sampled:10', 'none']),
		...(disturbance && {disturbance}),
		unwritable: isServed && random.chance(0.3) ? randomRanges(random, totalBytes, sectorBytes) : [],
		writeDelayMs: isServed ? random.pick([0, 2, 8, 20]) : 0,
		writeErrors: isServed && random.chance(0.2) ? random.integer(1, 8) : 0,
		readErrors: isServed && random.chance(0.15) ? random.integer(1, 3) : 0,
	};
};

const randomRanges = (random: Random, totalBytes: number, sectorBytes: number): readonly ByteRange[] =>
	random.list(random.integer(1, 3), () => ({
		offset: random.integer(0, totalBytes / sectorBytes - 1) * sectorBytes,
		length: sectorBytes,
	}));

const randomDisturbance = (
	random: Random,
	{store, scheme, totalBytes, eraser}: Pick<LoopScenario, 'store' | 'scheme' | 'totalBytes' | 'eraser'>,
): Disturbance => {
	const kinds: [Disturbance['kind'], ...Array<Disturbance['kind']>] = [
		'interrupt us',
		'shrink',
		'write',
		'hold open',
		...(eraser === 'dd' ? (['kill dd', 'kill dd', 'stop dd'] as const) : []),
		...(scheme === 'loop'
			? (['replace the file', 'replace the file'] as const)
			: (['detach', 'make read-only'] as const)),
		...(store === 'served' ? (['kill the server', 'unmount', 'break writes'] as const) : []),
	];
	return {
		kind: random.pick(kinds),
		when: random.pick([
			'step.started erase',
			'run.committed',
			'run.committed',
			'step.progress erase',
			'step.started verify',
		]),
		delayMs: random.chance(0.3) ? 0 : random.integer(0, 120),
		signal: random.pick(['SIGKILL', 'SIGTERM', 'SIGINT']),
		offset: random.integer(0, totalBytes / 4096 - 1) * 4096,
		isDirect: random.chance(0.5),
	};
};
