import {createHash} from 'node:crypto';

/** Numbers that look random and are the same each time. */
export interface Random {
	/** From `least` to `most`, both included. */
	integer(least: number, most: number): number;
	chance(probability: number): boolean;
	pick<Value>(values: readonly [Value, ...Value[]]): Value;
	/** As many as are asked for. */
	list<Value>(length: number, make: (index: number) => Value): readonly Value[];
}

/** What a run draws depends on its number and the seed alone, so that it can be repeated without the others. */
export const createRandom = (seed: number, run: number): Random => {
	let state = createHash('sha256').update(`${seed} ${run}`).digest().readUInt32BE();
	// Mulberry32.
	const next = (): number => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const integer = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
	return {
		integer,
		chance: probability => next() < probability,
		pick: values => values[integer(0, values.length - 1)] ?? values[0],
		list: (length, make) => Array.from({length}, (_, index) => make(index)),
	};
};

const given = (name: string): number | undefined => {
	const text = process.env[name];
	return text === undefined ? undefined : Number(text);
};

/** The same runs each time, unless ZEROIZE_RANDOM_SEED says otherwise; of these one alone with ZEROIZE_RANDOM_RUN. */
export const seed = given('ZEROIZE_RANDOM_SEED') ?? 20_261_121;

export const onlyRun = given('ZEROIZE_RANDOM_RUN');
