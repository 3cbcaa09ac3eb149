import {fioOf} from './contestants.ts';
import {perform} from './perform.ts';
import type {FioChoice, Medium} from './results.ts';
import type {Stage} from './stage.ts';

const MiB = 1024 ** 2;

const combinations = [MiB / 4, MiB, 4 * MiB].flatMap(blockBytes =>
	[1, 8, 32].map(depth => ({blockBytes, depth})),
);

interface Options {
	readonly medium: Medium;
	readonly stage: Stage;
	readonly bytes: number;
	readonly signal: AbortSignal;
	readonly say: (text: string) => void;
}

/** The block size and queue depth with which fio is fastest on this medium, each tried once. */
export const chooseFio = async (
	direction: FioChoice['direction'],
	{medium, stage, bytes, signal, say}: Options,
): Promise<FioChoice> => {
	const tried = [];
	for (const {blockBytes, depth} of combinations) {
		const contestant = fioOf({direction, blockBytes, depth});
		const {bytesPerSecond, failure} = await perform(contestant, {stage, bytes, signal});
		if (failure !== null || bytesPerSecond === null) {
			throw new Error(`fio ${direction}: ${failure ?? 'its output cannot be read'}`);
		}

		tried.push({blockBytes, depth, bytesPerSecond});
	}

	const [best] = tried.toSorted((a, b) => b.bytesPerSecond - a.bytesPerSecond);
	if (!best) {
		throw new Error('fio: nothing was tried');
	}

	say(
		`fio ${direction} on ${medium}: best of ${tried.length} with ${best.blockBytes / 1024} KiB, depth ${best.depth}`,
	);
	return {medium, direction, ...best, tried};
};
