import type {DeviceFacts} from '../devices/device.ts';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** How blocks are asked for. */
export interface Setting {
	readonly blockBytes: number;
	/** Blocks under way at a time: the queue depth. */
	readonly inFlight: number;
}

/** What a device and our memory allow. */
export interface Limits {
	readonly rotational: boolean;
	/** Of all blocks under way together. */
	readonly maxBytesInFlight: number;
	readonly minBlockBytes: number;
	readonly maxBlockBytes: number;
}

export interface Rate extends Setting {
	readonly bytesPerSecond: number;
}

/** Block sizes that are tried: multiples of 256 KiB, so that each is one of every logical sector. */
const smallestBlockBytes = 256 * kibibyte;
const largestBlockBytes = 16 * mebibyte;
const deepestQueue = 32;

// What is under way is waited for when a run is interrupted.
const longestSeconds = 0.5;

export const limitsFor = (
	{rotational, queue, totalBytes}: Pick<DeviceFacts, 'rotational' | 'queue' | 'totalBytes'>,
	maxBytesInFlight: number,
): Limits => ({
	rotational: rotational === true,
	maxBytesInFlight,
	// A request shorter than the longest that the device takes in one is only more of them.
	minBlockBytes: Math.min(
		Math.max(smallestBlockBytes, floorToPower(queue?.maxTransferBytes ?? smallestBlockBytes)),
		mebibyte,
	),
	// With fewer blocks than this there is nothing to have under way side by side.
	maxBlockBytes: Math.min(largestBlockBytes, Math.max(mebibyte, floorToPower(totalBytes / 16))),
});

const floorToPower = (bytes: number): number => 2 ** Math.floor(Math.log2(Math.max(bytes, 1)));

/** A disk with heads gains nothing from many places at once. */
const firstSetting = ({rotational, maxBytesInFlight, maxBlockBytes}: Limits): Setting => {
	const inFlight = rotational ? 2 : 4;
	const share = floorToPower(maxBytesInFlight / inFlight);
	const blockBytes = Math.min(Math.max(share, mebibyte), 4 * mebibyte, maxBlockBytes);
	return {blockBytes, inFlight: Math.min(inFlight, floorToPower(maxBytesInFlight / blockBytes))};
};

// Rates of some hundredths of a second differ by some percent without a cause.
const asGood = 0.97;
const better = 1.1;

// With a single one nothing is under way while it is looked at.
const fewestOfLonger = 2;

/**
The settings that are worth a try, each after what came of the one before; returns the best. Longer blocks cost less for each byte, so they need only be as good; shorter ones and any other queue depth must be better, unless so much is under way that whoever interrupts would wait for it.
*/
export function* climb(limits: Limits): Generator<Setting, Setting, Rate> {
	const first = yield firstSetting(limits);
	let best = first;
	const mostBytes = () => Math.min(limits.maxBytesInFlight, best.bytesPerSecond * longestSeconds);
	const isAllowed = ({blockBytes, inFlight}: Setting) => blockBytes * inFlight <= mostBytes();
	for (const blockBytes of longerThan(first, limits)) {
		const inFlight = Math.min(best.inFlight, floorToPower(mostBytes() / blockBytes));
		if (inFlight < fewestOfLonger) {
			break;
		}

		// One that came off badly, by chance or not, does not speak for longer ones.
		const rate = yield {blockBytes, inFlight};
		best = isAtLeast(rate, best, asGood) ? rate : best;
	}

	if (best === first && limits.minBlockBytes < first.blockBytes) {
		const rate = yield {...pick(best), blockBytes: limits.minBlockBytes};
		best = isAtLeast(rate, best, isAllowed({...best, inFlight: 1}) ? better : 0) ? rate : best;
	}

	return yield* climbDepth(best, isAllowed);
}

const longerThan = ({blockBytes}: Setting, {maxBlockBytes}: Limits): readonly number[] =>
	[2, 4].map(times => blockBytes * times).filter(bytes => bytes <= maxBlockBytes);

function* climbDepth(
	start: Rate,
	isAllowed: (setting: Setting) => boolean,
): Generator<Setting, Setting, Rate> {
	let best = start;
	for (let inFlight = best.inFlight * 2; inFlight <= deepestQueue; inFlight *= 2) {
		const setting = {...best, inFlight};
		const rate = isAllowed(setting) ? yield pick(setting) : undefined;
		if (!isAtLeast(rate, best, better)) {
			break;
		}

		best = rate;
	}

	for (let inFlight = best.inFlight / 2; best.inFlight <= start.inFlight && inFlight >= 1; inFlight /= 2) {
		const rate = yield pick({...best, inFlight});
		if (!isAtLeast(rate, best, isAllowed(best) ? better : 0)) {
			break;
		}

		best = rate;
	}

	return pick(best);
}

const pick = ({blockBytes, inFlight}: Setting): Setting => ({blockBytes, inFlight});

const isAtLeast = (rate: Rate | undefined, best: Rate, times: number): rate is Rate =>
	rate !== undefined && rate.bytesPerSecond >= best.bytesPerSecond * times;
