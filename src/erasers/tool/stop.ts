import type {ToolStream} from '../../process.ts';

interface StopTiming {
	/** From SIGINT to SIGKILL. */
	readonly graceMs: number;
	/** From SIGINT until we no longer wait: a process in an uninterruptible write may never end. */
	readonly limitMs: number;
}

interface Stopper extends Disposable {
	/** Stops the tool; resolves when it has ended or when {@link gaveUp} does. */
	stop(): Promise<void>;
	readonly gaveUp: Promise<undefined>;
}

/** Stops a tool when `signal` is aborted. */
export const createStopper = (
	{ended, kill}: Pick<ToolStream, 'ended' | 'kill'>,
	signal: AbortSignal,
	{graceMs, limitMs}: StopTiming = {graceMs: 2000, limitMs: 10_000},
): Stopper => {
	const {promise: gaveUp, resolve: giveUp} = Promise.withResolvers<undefined>();
	const timers: NodeJS.Timeout[] = [];

	const stop = async (): Promise<void> => {
		if (timers.length === 0) {
			// Of SIGINT dd dies after its final report, of SIGTERM without one; others know no difference.
			kill('SIGINT');
			timers.push(
				setTimeout(() => kill('SIGKILL'), graceMs),
				setTimeout(() => giveUp(undefined), limitMs),
			);
		}

		await Promise.race([Promise.allSettled([ended]), gaveUp]);
	};

	const onAbort = () => void stop();
	signal.addEventListener('abort', onAbort, {once: true});
	if (signal.aborted) {
		onAbort();
	}

	return {
		stop,
		gaveUp,
		[Symbol.dispose]() {
			signal.removeEventListener('abort', onAbort);
			for (const timer of timers) {
				clearTimeout(timer);
			}
		},
	};
};
