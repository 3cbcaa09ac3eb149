import {setTimeout as sleep} from 'node:timers/promises';
import type {SanitizeStatus} from '../../devices/drive.ts';
import {formatDuration} from '../../progress.ts';
import type {ErasePoint} from '../eraser.ts';
import {driveFailed, goesOnByItself, waitedTooLong} from './errors.ts';
import {mostSeconds, type NativeContext, type NativeOperation, type NativeTiming} from './operation.ts';

type Asked = NativeOperation & Required<Pick<NativeOperation, 'status'>>;

interface Waiting extends Pick<NativeContext, 'device' | 'signal'> {
	/** Whether "ended" is believed only of a drive that was seen at work: it said so before the command, too, and there is no canary to tell. */
	readonly mustBeSeen: boolean;
}

/**
Waits until the drive has ended what it does by itself; yields how far it is, where it tells.
@throws SanitizeError ERASER_FAILED; STALLED when it takes far longer than it said, or does not answer any more; INTERRUPTED, and the drive goes on.
*/
export async function* waitForEnd(
	operation: Asked,
	context: Waiting,
	timing: NativeTiming,
): AsyncGenerator<ErasePoint, void, undefined> {
	const {device, signal} = context;
	const startedAtMs = performance.now();
	let answeredAtMs = startedAtMs;
	let writtenBytes = 0;
	let isSeen = !context.mustBeSeen;
	for (let waitMs = timing.firstMs; ; waitMs = Math.min(waitMs * 2, timing.longestMs)) {
		await pause(waitMs, signal);
		if (signal.aborted) {
			throw goesOnByItself(operation.name, device);
		}

		const learnt = await operation.status();
		const nowMs = performance.now();
		if ('found' in learnt) {
			answeredAtMs = nowMs;
			if (hasEnded(learnt.found, operation, context)) {
				requireSeen(isSeen, operation, context);
				return;
			}

			isSeen = true;

			const done = Math.floor((learnt.found.progress ?? 0) * device.facts.totalBytes);
			writtenBytes = Math.max(writtenBytes, done);
			yield {writtenBytes, reachedTo: 0};
		} else if (nowMs - answeredAtMs >= timing.silentMs) {
			throw waitedTooLong(operation.name, device, `the drive does not tell how far it is (${learnt.why})`);
		}

		requireInTime(operation, context, nowMs - startedAtMs);
	}
}

/** @throws SanitizeError ERASER_FAILED. */
const requireSeen = (isSeen: boolean, {name}: Asked, {device}: Waiting): void => {
	if (!isSeen) {
		const what =
			'it says that it has ended, as it did before the command, and without a canary nothing shows that it did anything';
		throw driveFailed(name, device, what);
	}
};

const hasEnded = ({state}: SanitizeStatus, {name}: Asked, {device}: Waiting): boolean => {
	switch (state) {
		case 'running':
			return false;
		case 'done':
		case 'idle':
			return true;
		case 'failed':
			throw driveFailed(name, device, 'the drive says that it failed');
		case 'never':
		case 'frozen':
			throw driveFailed(name, device, 'the drive took the command, and knows nothing of it');
		default:
			return state satisfies never;
	}
};

/** @throws SanitizeError STALLED. */
export const requireInTime = (
	operation: Pick<NativeOperation, 'name' | 'estimateSeconds'>,
	{device}: Pick<Waiting, 'device'>,
	elapsedMs: number,
): void => {
	if (elapsedMs > mostSeconds(operation) * 1000) {
		const {name, estimateSeconds} = operation;
		const said =
			estimateSeconds === null
				? 'the drive gave no estimate'
				: `the drive had said ${formatDuration(estimateSeconds * 1000)}`;
		throw waitedTooLong(name, device, `it has not ended after ${formatDuration(elapsedMs)}; ${said}`);
	}
};

const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
	await sleep(ms, undefined, {signal}).catch(() => {});
};
