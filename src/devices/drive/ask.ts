import {SanitizeError} from '../../errors.ts';
import type {RunOptions, ToolResult, Tools} from '../../process.ts';
import {shown} from '../../shown.ts';
import type {DriveSubject, UnknownFact} from '../drive.ts';
import {atMost} from '../facts/at-most.ts';

/** What was found, or why not. */
export type Learnt<Value> = {readonly found: Value} | {readonly why: string};

export interface Asking {
	readonly tools: Tools;
	/** Node of the device. */
	readonly node: string;
	/** A drive that does not answer is left alone then. */
	readonly timeoutMs: number;
}

/** Thrown by a parser for what the tool cannot have printed about a drive that it understands. */
export class NotUnderstood extends Error {}

// Each takes a process, and there may be a hundred drives.
const inTurn = atMost(16);

/** Runs a tool that reads, and understands what it prints. What cannot be learnt has a reason. */
export const ask = async <Value>(
	{tools, timeoutMs}: Asking,
	[name, ...args]: readonly [string, ...string[]],
	understand: (result: ToolResult) => Value,
	options: Pick<RunOptions, 'accept'> = {},
): Promise<Learnt<Value>> =>
	inTurn(async () => {
		try {
			return {found: understand(await tools.run(name, args, {...options, timeoutMs}))};
		} catch (error) {
			return {why: reasonOf(error, name, timeoutMs)};
		}
	});

const reasonOf = (error: unknown, name: string, timeoutMs: number): string => {
	if (!(error instanceof NotUnderstood || error instanceof SanitizeError)) {
		throw error;
	}

	if (/Permission denied|Operation not permitted|EACCES/i.test(error.message)) {
		return `${name} needs root`;
	}

	if (error instanceof NotUnderstood) {
		return `${name}: ${shown(error.message)}`;
	}

	if (/did not end within/.test(error.message)) {
		return `${name} gave no answer within ${timeoutMs / 1000} s`;
	}

	const words = shown(
		error.message.replace(/^looking for (.*): it is not installed$/, '$1 is not installed'),
	);
	return error.code === 'TOOL_MISSING' && error.hint ? `${words} (${error.hint})` : words;
};

export const foundIn = <Value>(learnt: Learnt<Value>): Value | undefined =>
	'found' in learnt ? learnt.found : undefined;

/** One entry where it could not be learnt, none where it was. */
export const unknownIn = (what: DriveSubject, learnt: Learnt<unknown>): readonly UnknownFact[] =>
	'why' in learnt ? [{what, why: learnt.why}] : [];
