import {SanitizeError, toSanitizeError} from '../../errors.ts';

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
	/** Makes durable all that has been written. */
	sync(): Promise<unknown>;
	readonly from: number;
	/** Somebody reads what is durable, and waits for it. */
	readonly isFollowed?: boolean;
	readonly monotonicMs?: () => number;
}

const usualMs = 1000;
const followedMs = 100;
// A drive that takes long to empty its cache is asked seldom: at most a fiftieth of the time goes there.
const timesItsOwn = 50;

export const createAnchors = (
	path: string,
	{sync, from, isFollowed = false, monotonicMs = () => performance.now()}: AnchorOptions,
): Anchors => {
	const shortestMs = isFollowed ? followedMs : usualMs;
	let durableBytes = from;
	let nextAtMs = monotonicMs() + shortestMs;
	let underWay: Promise<void> | undefined;
	let canSync = true;
	let failure: SanitizeError | undefined;

	const anchor = async (offset: number): Promise<void> => {
		const startedAtMs = monotonicMs();
		try {
			await sync();
			durableBytes = offset;
		} catch (error) {
			const {code, message} = toSanitizeError(error);
			canSync = false;
			// Without the program there is nowhere to go on from, and nothing wrong with the device.
			failure = code === 'TOOL_MISSING' ? undefined : failed(path, message, error);
		}

		const endedAtMs = monotonicMs();
		nextAtMs = endedAtMs + Math.max(shortestMs, (endedAtMs - startedAtMs) * timesItsOwn);
		underWay = undefined;
	};

	return {
		reach(offset) {
			if (!underWay && canSync && offset > durableBytes && monotonicMs() >= nextAtMs) {
				underWay = anchor(offset);
			}
		},
		durableBytes: () => durableBytes,
		async end() {
			await underWay;
			if (failure) {
				throw failure;
			}
		},
	};
};

const failed = (path: string, message: string, cause: unknown): SanitizeError =>
	new SanitizeError('SYNC_FAILED', `making the writes to ${path} durable: ${message}`, {
		hint: 'do not release the device; look at the kernel log for what it or its cable did',
		cause,
	});
