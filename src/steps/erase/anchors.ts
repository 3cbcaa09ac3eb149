import type {Device} from '../../devices/device.ts';

/** Places that an interrupted erase can go on from: all before them is on the media. */
export interface Anchors {
	/** Takes how far the erase is, and now and then makes that durable, without holding up anybody. */
	reach(offset: number): void;
	/** All before this byte is durable. */
	durableBytes(): number;
	/**
	Waits for what is under way.
	@throws SanitizeError SYNC_FAILED when any of them failed: the kernel tells of lost writes only once.
	*/
	end(): Promise<void>;
}

interface AnchorOptions {
	readonly from: number;
	readonly monotonicMs?: () => number;
}

const shortestMs = 1000;
// A drive that takes long to empty its cache is asked seldom: at most a fiftieth of the time goes there.
const timesItsOwn = 50;

export const createAnchors = (
	device: Pick<Device, 'sync'>,
	{from, monotonicMs = () => performance.now()}: AnchorOptions,
): Anchors => {
	let durableBytes = from;
	let nextAtMs = monotonicMs() + shortestMs;
	let underWay: Promise<void> | undefined;
	let failure: {readonly error: unknown} | undefined;

	const anchor = async (offset: number): Promise<void> => {
		const startedAtMs = monotonicMs();
		try {
			await device.sync();
			durableBytes = offset;
		} catch (error) {
			failure = {error};
		}

		const endedAtMs = monotonicMs();
		nextAtMs = endedAtMs + Math.max(shortestMs, (endedAtMs - startedAtMs) * timesItsOwn);
		underWay = undefined;
	};

	return {
		reach(offset) {
			if (!underWay && !failure && offset > durableBytes && monotonicMs() >= nextAtMs) {
				underWay = anchor(offset);
			}
		},
		durableBytes: () => durableBytes,
		async end() {
			await underWay;
			if (failure) {
				throw failure.error;
			}
		},
	};
};
