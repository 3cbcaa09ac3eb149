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
