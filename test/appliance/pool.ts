/** Runs the jobs in their order, so many at a time; one that throws lets the others go on. */
export const runPool = async <Result>(
	jobs: readonly (() => Promise<Result>)[],
	atOnce: number,
): Promise<readonly PromiseSettledResult<Result>[]> => {
	const waiting = [...jobs.entries()];
	const results: PromiseSettledResult<Result>[] = [];
	const work = async (): Promise<void> => {
		for (let next = waiting.shift(); next; next = waiting.shift()) {
			const [index, job] = next;
			[results[index]] = await Promise.allSettled([job()]);
		}
	};
	await Promise.all(Array.from({length: atOnce}, work));
	return results;
};

/** As Promise.all, but one that fails is told when the others have ended, too: nothing that they started is left running. */
export const allEnded = async <const Jobs extends readonly unknown[]>(jobs: Jobs) => {
	await Promise.allSettled(jobs);
	return Promise.all(jobs);
};
