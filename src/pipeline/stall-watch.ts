import {SanitizeError} from '../errors.ts';
import {formatDuration, formatRate} from '../progress.ts';
import type {StallLimits} from '../steps/stalls/limits.ts';
import type {Answer} from './answering-device.ts';
import {toInterruption} from './interruption.ts';
import {createStallDetector, type StallNews} from './stall-detector.ts';

/** What a step gets to work under. */
export interface Watched {
	/** The run's signal, or that of a stall which lasted too long. */
	readonly signal: AbortSignal;
	/** Takes the bytes done so far. */
	count(bytes: number): void;
	/** Takes that the device answered a call. */
	answer(answer: Answer): void;
	/** False once nobody waits for the step any more: what it says then is not heard. */
	isAwaited(): boolean;
}

export interface StallWatch {
	/** Absent for a step that counts nothing. */
	readonly limits: StallLimits | undefined;
	/** For words. */
	readonly path: string;
	readonly isWriting: boolean;
	readonly signal: AbortSignal;
	readonly monotonicMs: () => number;
	/** Never throws, and takes a bounded time. */
	readonly findCause: () => Promise<string | null>;
	readonly onNews: (news: StallNews, cause: string | null) => void;
	/** What to do after it was given up. */
	readonly hint: string;
	/** From the moment that a step is told to stop until it is waited for no more. */
	readonly abandonMs?: number;
}

// dd alone may take ten of these seconds to be given up: src/erasers/tool/stop.ts.
const usualAbandonMs = 15_000;

/**
Does what is asked of a device that may answer late, or never.

INVARIANTS
- It ends: once the run is interrupted, or a device that is stalled has shown no sign of life for `giveUpSeconds`, no later than `abandonMs` after that, whatever hangs.
- Whoever was given up on is not heard any more.
@throws SanitizeError STALLED; what `work` throws; for a run that was interrupted its reason.
*/
export const watchStalls = async <Result>(
	work: (watched: Watched) => Promise<Result>,
	watch: StallWatch,
): Promise<Result> => {
	const givingUp = new AbortController();
	const signal = AbortSignal.any([watch.signal, givingUp.signal]);
	let isAwaited = true;
	using patience = createPatience(signal, watch);
	using stalls = lookForStalls(
		watch,
		error => givingUp.abort(error),
		() => isAwaited,
	);
	try {
		const working = work({signal, count: stalls.count, answer: stalls.answer, isAwaited: () => isAwaited});
		return await Promise.race([working, patience.isOver]);
	} catch (error) {
		throw toInterruption(error, signal);
	} finally {
		isAwaited = false;
	}
};

/** Rejects some time after the signal. */
const createPatience = (signal: AbortSignal, watch: StallWatch) => {
	const {abandonMs = usualAbandonMs} = watch;
	const {promise: isOver, reject} = Promise.withResolvers<never>();
	isOver.catch(() => {});
	let timer: NodeJS.Timeout | undefined;
	const onAbort = () => {
		timer = setTimeout(() => reject(hanging(watch, abandonMs)), abandonMs);
	};
	signal.addEventListener('abort', onAbort, {once: true});
	if (signal.aborted) {
		onAbort();
	}

	return {
		isOver,
		[Symbol.dispose]() {
			signal.removeEventListener('abort', onAbort);
			clearTimeout(timer);
		},
	};
};

const hanging = ({path, isWriting, limits}: StallWatch, afterMs: number): SanitizeError =>
	new SanitizeError(
		'INTERRUPTED',
		`${path} did not answer for ${formatDuration(afterMs)} after it was told to stop${isWriting ? ': what was under way may still be written' : ''}`,
		{
			// Without limits is a drive that erases itself.
			hint: limits
				? 'the kernel waits for the device: do not release it; look at the kernel log, or cut its power'
				: 'do not release it, and leave its power on: it may go on by itself; then resume the run',
		},
	);

const lookForStalls = (
	watch: StallWatch,
	giveUp: (error: SanitizeError) => void,
	isAwaited: () => boolean,
) => {
	const {limits, monotonicMs, findCause, onNews, path, hint} = watch;
	if (!limits) {
		return {count() {}, answer() {}, [Symbol.dispose]() {}};
	}

	const detector = createStallDetector(limits, monotonicMs());
	const tell = async (news: StallNews): Promise<void> => {
		if (!isAwaited()) {
			return;
		}

		const cause = news.what === 'recovered' ? null : await findCause();
		if (isAwaited()) {
			onNews(news, cause);
			if (news.what === 'given-up') {
				giveUp(new SanitizeError('STALLED', describeEnd(path, news, cause), {hint}));
			}
		}
	};
	let telling: Promise<void> = Promise.resolve();
	const timer = setInterval(() => {
		const news = detector.look(monotonicMs());
		if (news) {
			// One after the other: asking for the cause takes a moment.
			telling = telling.then(() => tell(news));
		}
	}, intervalMs(limits)).unref();
	return {
		count: detector.count,
		answer: detector.answer,
		[Symbol.dispose]: () => clearInterval(timer),
	};
};

const intervalMs = ({stallSeconds, slowSeconds, giveUpSeconds}: StallLimits): number =>
	Math.min(1000, Math.min(stallSeconds, slowSeconds, giveUpSeconds) * 250);

const describeEnd = (path: string, {seconds, bytesPerSecond}: StallNews, cause: string | null): string => {
	const duration = formatDuration(seconds * 1000);
	const what =
		bytesPerSecond === 0
			? `${path} made no progress for ${duration}`
			: `${path} made no more than ${formatRate(bytesPerSecond)} for ${duration}`;
	return `${what} and was given up${cause === null ? '' : ` (likely cause: ${cause})`}`;
};
