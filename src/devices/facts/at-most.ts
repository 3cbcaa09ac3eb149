/** Runs no more than `limit` of these at a time, the first ones first. */
export const atMost = (limit: number): (<Result>(work: () => Promise<Result>) => Promise<Result>) => {
	const waiting: Array<() => void> = [];
	let running = 0;
	return async work => {
		if (running === limit) {
			await new Promise<void>(resolve => void waiting.push(resolve));
		} else {
			running += 1;
		}

		try {
			return await work();
		} finally {
			// Whoever waits gets the place as it is.
			const next = waiting.shift();
			next?.();
			running -= next ? 0 : 1;
		}
	};
};
