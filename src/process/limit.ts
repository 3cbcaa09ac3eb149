import {kill} from './children.ts';

interface Limits extends Disposable {
	/** Why the tool was stopped, once it was. */
	reason: 'aborted' | 'timed out' | undefined;
	/** Resolves when a stopped tool does not end: it is left alone, as it may never. */
	readonly abandoned: Promise<undefined>;
}

// How long a tool may take to end after SIGTERM, and how long we wait for one that SIGKILL does not end.
const termGraceMs = 2000;
const killGraceMs = 1000;

/** Stops a tool when `signal` is aborted or its time is over. */
export const limit = (
	pid: number | undefined,
	signal: AbortSignal | undefined,
	timeoutMs: number | undefined,
): Limits => {
	const {promise: abandoned, resolve: abandon} = Promise.withResolvers<undefined>();
	const timers: NodeJS.Timeout[] = [];
	const later = (delayMs: number, action: () => void) => void timers.push(setTimeout(action, delayMs));
	const stop = (reason: 'aborted' | 'timed out'): void => {
		if (limits.reason !== undefined) {
			return;
		}

		limits.reason = reason;
		kill(pid, 'SIGTERM');
		later(termGraceMs, () => kill(pid, 'SIGKILL'));
		later(termGraceMs + killGraceMs, () => abandon(undefined));
	};

	const onAbort = () => stop('aborted');
	const limits: Limits = {
		reason: undefined,
		abandoned,
		[Symbol.dispose]() {
			signal?.removeEventListener('abort', onAbort);
			for (const timer of timers) {
				clearTimeout(timer);
			}
		},
	};
	signal?.addEventListener('abort', onAbort, {once: true});
	if (timeoutMs !== undefined) {
		later(timeoutMs, () => stop('timed out'));
	}

	return limits;
};
