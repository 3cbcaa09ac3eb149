import type {ExecutionContext} from 'ava';
import fc from 'fast-check';
import {printError} from '../../src/commands/command.ts';
import {type ErrorCode, SanitizeError} from '../../src/errors.ts';
import {surroundingsOf} from './main.ts';

/** The same inputs in every run of the tests; A failure names this seed and the path to the input. */
const seed = 20_261_121;

// Of the processor, so that a busy machine changes nothing. The slowest inputs that we know take a second.
const longestMs = 5000;

interface Fuzz<Input> {
	readonly input: fc.Arbitrary<Input>;
	readonly runs: number;
	/** Uses the input; what it throws must be a SanitizeError of one of `codes`. */
	readonly use: (input: Input) => unknown;
	readonly codes: readonly ErrorCode[];
	/** Inputs that are tried besides. */
	readonly examples?: readonly Input[];
}

/** Tries that many inputs: none may crash, hang, or end in words that do not help. Says how many were taken and how many refused. */
export const fuzz = async <Input>(t: ExecutionContext, fuzz: Fuzz<Input>): Promise<void> => {
	const {input, runs, examples = []} = fuzz;
	const counts = {taken: 0, refused: 0};
	const startedAtMs = performance.now();
	const property = fc.asyncProperty(input, async given => {
		counts[(await endsWell(given, fuzz)) ? 'taken' : 'refused'] += 1;
	});
	const details = await fc.check(property, {
		seed,
		numRuns: runs + examples.length,
		examples: examples.map(example => [example]),
	});
	if (details.failed) {
		const {counterexamplePath, counterexample, errorInstance} = details;
		const words = errorInstance instanceof Error ? errorInstance.stack : String(errorInstance);
		t.log(`seed ${seed}, path ${counterexamplePath}; the input:`);
		t.log(describeInput(counterexample?.[0]));
		throw new Error(`an input ended badly: ${words}`);
	}

	const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
	const {taken, refused} = counts;
	t.log(`${taken + refused} inputs in ${seconds} s: ${taken} taken, ${refused} refused; seed ${seed}`);
	t.true(taken + refused >= runs);
};

const longestInput = 3000;

const describeInput = (input: unknown): string => {
	const text = input instanceof Uint8Array ? Buffer.from(input).toString('latin1') : input;
	return (typeof text === 'string' ? text : (JSON.stringify(text) ?? String(text))).slice(0, longestInput);
};

/** True when the input was taken, false when it was refused as it should be. */
export const endsWell = async <Input>(
	given: Input,
	{use, codes}: Pick<Fuzz<Input>, 'use' | 'codes'>,
): Promise<boolean> => {
	const before = process.cpuUsage();
	const isTaken = await usedWell(given, use, codes);
	const {user, system} = process.cpuUsage(before);
	const ms = (user + system) / 1000;
	if (ms > longestMs) {
		throw new Error(`it took ${ms} ms`);
	}

	return isTaken;
};

const usedWell = async <Input>(
	given: Input,
	use: (input: Input) => unknown,
	codes: readonly ErrorCode[],
): Promise<boolean> => {
	try {
		await use(given);
		return true;
	} catch (error) {
		requireHelpful(error, codes);
		return false;
	}
};

const requireHelpful = (error: unknown, codes: readonly ErrorCode[]): void => {
	if (!(error instanceof SanitizeError) || !codes.includes(error.code)) {
		throw error;
	}

	const {surroundings, stderr} = surroundingsOf();
	printError(surroundings.stderr, 'fuzzing', error);
	requirePlain(stderr.text());
	if (!/^zeroize: fuzzing: \S[\s\S]*\nhint: \S.*\n$/.test(stderr.text()) || stderr.text().length > 4000) {
		throw new Error(`it does not help: ${stderr.text()}`);
	}
};

/** Nothing of it acts on a terminal, and nothing of it is a stack trace. */
export const requirePlain = (text: string): void => {
	if (/[^\n\t\P{Cc}]|^\s+at .+:\d+:\d+\)?$/mu.test(text)) {
		throw new Error(`it is not for a terminal: ${JSON.stringify(text)}`);
	}
};
