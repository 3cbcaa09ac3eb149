export interface Spread {
	readonly count: number;
	readonly median: number;
	readonly min: number;
	readonly max: number;
	/** First and third quartile, between the two values beside them where they fall between two. */
	readonly q1: number;
	readonly q3: number;
}

/** `undefined` for no values. */
export const spreadOf = (values: readonly number[]): Spread | undefined => {
	const sorted = values.toSorted((a, b) => a - b);
	const [min] = sorted;
	const max = sorted.at(-1);
	if (min === undefined || max === undefined) {
		return undefined;
	}

	const at = (share: number) => quantile(sorted, share);
	return {count: sorted.length, median: at(0.5), min, max, q1: at(0.25), q3: at(0.75)};
};

const quantile = (sorted: readonly number[], share: number): number => {
	const position = (sorted.length - 1) * share;
	const lower = sorted[Math.floor(position)] ?? Number.NaN;
	const upper = sorted[Math.ceil(position)] ?? Number.NaN;
	return lower + (upper - lower) * (position - Math.floor(position));
};

interface Repeated<Item> {
	readonly item: Item;
	readonly runs: number;
}

/**
The order of the runs: each round has every item that is still due once, and each round begins one item further on, so that none is always the first, the last or behind the same one. Items with fewer runs have theirs spread over the rounds.
*/
export const alternate = <Item>(repeated: ReadonlyArray<Repeated<Item>>): readonly Item[] => {
	const rounds = Math.max(0, ...repeated.map(({runs}) => runs));
	return Array.from({length: rounds}, (_, round) => {
		const due = repeated.filter(({runs}) => isDue(round, runs, rounds)).map(({item}) => item);
		const first = due.length === 0 ? 0 : round % due.length;
		return [...due.slice(first), ...due.slice(0, first)];
	}).flat();
};

const isDue = (round: number, runs: number, rounds: number): boolean =>
	Math.floor(((round + 1) * runs) / rounds) > Math.floor((round * runs) / rounds);
