import {setTimeout as delay} from 'node:timers/promises';
import {SanitizeError, toSanitizeError} from '../errors.ts';
import type {DeliverySurroundings, Parcel, PlannedDestination} from './destination.ts';
import {destinations} from './index.ts';

/** Long enough for a disk that has to spin up and a network that has just come back. */
export const deliveryTimeoutMs = 30_000;

const firstPauseMs = 1000;
const longestPauseMs = 15_000;

/**
Delivers once; returns where the parcel is now.
@throws SanitizeError DELIVERY_FAILED naming the destination; INTERRUPTED or TERMINATED.
*/
export const deliverOnce = async (
	{to, kind: name, resolved, found}: PlannedDestination,
	parcel: Parcel,
	surroundings: DeliverySurroundings,
): Promise<string> => {
	const kind = destinations.find(kind => kind.name === name);
	if (!kind || resolved === null) {
		throw new SanitizeError('DELIVERY_FAILED', `delivering to ${to}: ${found}`, {
			hint: 'make it reachable, then start a new run, or leave it out',
		});
	}

	try {
		return await kind.deliver(resolved, parcel, surroundings);
	} catch (thrown) {
		surroundings.signal.throwIfAborted();
		const {code, message, hint} = toSanitizeError(thrown);
		throw code === 'INTERNAL'
			? thrown
			: new SanitizeError('DELIVERY_FAILED', `delivering to ${to}: ${message}`, {hint, cause: thrown});
	}
};

export interface Patience {
	readonly retryForMs: number;
	/** Told once, when it is not confirmed at the first attempt and there is time for more. */
	readonly onRetry: (error: SanitizeError) => void;
}

/**
Delivers again and again, with longer and longer pauses, until it is confirmed or the time is over.
@throws SanitizeError as the last attempt did.
*/
export const deliverInTime = async (
	destination: PlannedDestination,
	parcel: Parcel,
	surroundings: DeliverySurroundings,
	{retryForMs, onRetry}: Patience,
): Promise<string> => {
	const endMs = performance.now() + retryForMs;
	for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
		try {
			return await deliverOnce(destination, parcel, surroundings);
		} catch (thrown) {
			const error = toSanitizeError(thrown);
			const isOver = performance.now() + pauseMs > endMs;
			if (isOver || error.code !== 'DELIVERY_FAILED') {
				throw thrown;
			}

			if (pauseMs === firstPauseMs) {
				onRetry(error);
			}
		}

		await pause(pauseMs, surroundings.signal);
	}
};

const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
	await delay(ms, undefined, {signal}).catch(() => signal.throwIfAborted());
};
