import type {Command} from 'commander';
import type {DeviceSurroundings} from '../devices/device.ts';
import {type SanitizeError, toSanitizeError} from '../errors.ts';
import type {Halt, Host} from '../hosts/host.ts';
import type {Output, TerminalOutput} from '../output.ts';

/** Everything that a command takes from the world; arguments, so that tests can give their own. */
export interface Surroundings extends DeviceSurroundings {
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly stdout: TerminalOutput;
	readonly stderr: TerminalOutput;
	readonly stdin: NodeJS.ReadableStream & {readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown};
	readonly uid: number;
	/** This is PID 1 of a machine that left its disk. */
	readonly isInit: boolean;
	readonly hostname: string;
	readonly version: string;
	/** Aborted with a SanitizeError INTERRUPTED or TERMINATED as its reason. */
	readonly signal: AbortSignal;
	readonly now: () => Date;
	readonly monotonicMs: () => number;
}

/** How a command ended; the entry acts on it. */
export interface CommandEnd {
	readonly exitCode: number;
	/** The machine shall end, after everything is flushed. */
	readonly halt?: {readonly host: Pick<Host, 'halt'>; readonly halt: Halt} | undefined;
	/** The run goes on in another process, which this host shall start now. */
	readonly leave?: Pick<Host, 'leave'> | undefined;
}

export const done: CommandEnd = {exitCode: 0};

/** What a command's action calls with its end. */
export type Finish = (end: CommandEnd) => void;

/** One verb: adds its command to the program. */
export type AddCommand = (program: Command, surroundings: Surroundings, finish: Finish) => void;

/** `zeroize: what was being done: what went wrong`, then `hint: what to do next`. */
export const printError = (stderr: Output, doing: string, error: unknown): SanitizeError => {
	const {message, hint, ...rest} = describeError(error);
	stderr.write(printable(`zeroize: ${doing}: ${message}\n`));
	if (hint !== undefined) {
		stderr.write(printable(`hint: ${hint}\n`));
	}

	return rest.error;
};

const describeError = (thrown: unknown) => {
	const error = toSanitizeError(thrown);
	return {error, message: error.message, hint: error.hint};
};

/** What was typed, and what a file or a tool said, may stand in it: nothing of that may act on a terminal. */
const printable = (text: string): string => text.replaceAll(/[^\n\t\P{Cc}]|\p{Cf}/gu, '?');
