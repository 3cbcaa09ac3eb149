interface Patience {
	readonly timeoutMs: number;
	/** What is thrown then. */
	readonly late: () => Error;
	/** Its reason is thrown when it is aborted while somebody waits. */
	readonly signal?: AbortSignal;
}

/** Waits for what may wait for a device, but not for ever: that is left to itself then. */
export const within = async <Result>(
	work: Promise<Result>,
	{timeoutMs, late, signal}: Patience,
): Promise<Result> => {
	const {promise: isOver, reject} = Promise.withResolvers<never>();
	work.catch(() => {});
	const timer = setTimeout(() => reject(late()), timeoutMs);
	const onAbort = () => reject(signal?.reason);
	signal?.addEventListener('abort', onAbort, {once: true});
	try {
		return await Promise.race([work, isOver]);
	} finally {
		clearTimeout(timer);
		signal?.removeEventListener('abort', onAbort);
	}
};
