import {PassThrough} from 'node:stream';
import {main} from '../../src/cli.ts';
import type {CommandEnd, Surroundings} from '../../src/commands/command.ts';
import {createTools} from '../../src/process.ts';
import {type CliEnd, parseEvents} from './cli.ts';

interface MainEnd extends CliEnd {
	readonly end: CommandEnd;
}

/** The command line within this process, on the real machine: everything but the way in and out of a process. */
export const runMain = async (
	args: readonly string[],
	given: Partial<Surroundings> = {},
): Promise<MainEnd> => {
	const {surroundings, stdout, stderr} = surroundingsOf(given);
	const startedAtMs = performance.now();
	const end = await main(args, surroundings);
	return {
		end,
		exitCode: end.exitCode,
		stdout: stdout.text(),
		stderr: stderr.text(),
		durationMs: performance.now() - startedAtMs,
		get events() {
			return parseEvents(stdout.text());
		},
	};
};

export const surroundingsOf = (given: Partial<Surroundings> = {}) => {
	const stdout = capture();
	const stderr = capture();
	const surroundings: Surroundings = {
		tools: createTools({env: process.env}),
		root: '/',
		env: process.env,
		stdout: stdout.output,
		stderr: stderr.output,
		stdin: new PassThrough(),
		uid: process.getuid?.() ?? -1,
		isInit: false,
		hostname: 'test-host',
		version: '1.2.3',
		signal: new AbortController().signal,
		now: () => new Date(),
		monotonicMs: () => performance.now(),
		...given,
	};
	return {surroundings, stdout, stderr};
};

/** Hands each line on as it is written. */
export const watchedOutput = (onLine: (line: string) => void) => {
	const {output, text} = capture();
	let rest = '';
	return {
		text,
		output: {
			...output,
			write(more: string) {
				output.write(more);
				const lines = (rest + more).split('\n');
				rest = lines.pop() ?? '';
				lines.forEach(onLine);
			},
		},
	};
};

const capture = () => {
	let text = '';
	const output = {
		isTTY: false,
		columns: 80,
		rows: 24,
		isClosed: false,
		write(more: string) {
			text += more;
		},
		flush: async () => true,
	};
	return {output, text: () => text};
};
