import {closeSync, constants, openSync} from 'node:fs';
import {execa} from 'execa';
import {keepTrack, kill} from './process/children.ts';
import {failed, interrupted, maxOutputCharacters, notStarted, timedOut} from './process/failures.ts';
import {limit} from './process/limit.ts';
import {createLookup, type Environment, type Lookup} from './process/lookup.ts';

export interface ToolResult {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

export interface RunOptions {
	readonly signal?: AbortSignal | undefined;
	readonly timeoutMs?: number | undefined;
	/** Exit codes that are answers, not failures; 0 alone by default. */
	readonly accept?: readonly number[] | undefined;
}

export interface StreamOptions {
	/** Standard output comes with standard error, in whatever order; without it, it is thrown away. */
	readonly withOutput?: boolean | undefined;
}

/** A running tool whose standard error is read as it comes. */
export interface ToolStream {
	/** Chunks of text from standard error, as they arrive. */
	readonly stderr: AsyncIterable<string>;
	/** Resolves when the process has ended, with whatever exit code or signal; rejects only if it could not be started. */
	readonly ended: Promise<{readonly exitCode: number | undefined; readonly signal: string | undefined}>;
	kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
}

/**
The programs of the system that zeroize may run.

INVARIANTS
- A tool is looked for in the directories of PATH that only root or we can write to, then in the standard directories, and run by its absolute path.
- It gets a clean environment: PATH of those directories, LC_ALL=C, nothing else.
- No shell. Standard input is closed. Output kept in memory is bounded to 8 MiB.
- It runs in a session of its own, so that Ctrl-C reaches zeroize alone, and is killed when zeroize exits.
*/
export interface Tools {
	/** @throws SanitizeError TOOL_MISSING with the Debian package that has it. */
	find(name: string): Promise<string>;
	/** @throws SanitizeError TOOL_MISSING, TOOL_FAILED (exit code not accepted, or timed out; the last line of stderr in the message), INTERRUPTED. */
	run(name: string, args: readonly string[], options?: RunOptions): Promise<ToolResult>;
	/** @throws SanitizeError TOOL_MISSING. */
	stream(name: string, args: readonly string[], options?: StreamOptions): Promise<ToolStream>;
	/**
	Lets a person at a terminal (the path of its device) use a program; resolves when it ends, however.
	@throws SanitizeError TOOL_MISSING.
	*/
	attend(name: string, args: readonly string[], terminal: string): Promise<void>;
}

interface ToolsOptions {
	/** Where PATH is taken from. */
	readonly env: Environment;
	/** Who besides root may own tools; the user that we run as by default. */
	readonly uid?: number | undefined;
}

export const createTools = ({env, uid = process.getuid?.() ?? 0}: ToolsOptions): Tools => {
	const lookup = createLookup(env, uid);

	return {
		find: lookup.find,
		async run(name, args, {signal, timeoutMs, accept = [0]} = {}) {
			const file = await lookup.find(name);
			const environment = {PATH: await lookup.searchPath(), LC_ALL: 'C'};
			if (signal?.aborted) {
				throw interrupted(name);
			}

			const child = execa(file, args, {...options(environment), maxBuffer: maxOutputCharacters});
			using _live = keepTrack(child.pid);
			using limits = limit(child.pid, signal, timeoutMs);
			const result = await Promise.race([child, limits.abandoned]);
			if (limits.reason !== undefined) {
				throw limits.reason === 'aborted' ? interrupted(name) : timedOut(name, timeoutMs);
			}

			if (!result || result.exitCode === undefined || !accept.includes(result.exitCode)) {
				throw failed(name, result);
			}

			return {exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr};
		},
		stream: async (name, args, options = {}) => startStream(name, args, {...options, lookup}),
		async attend(name, args, terminal) {
			const file = await lookup.find(name);
			const environment = {PATH: await lookup.searchPath(), LC_ALL: 'C', TERM: 'vt102', HOME: '/'};
			const fd = openSync(terminal, constants.O_RDWR | constants.O_NOCTTY);
			try {
				const {stdin: _, ...rest} = options(environment);
				// Descriptors are documented, but not in the types of this release.
				await execa(file, args, {...rest, stdio: [fd, fd, fd] as unknown as 'inherit', buffer: false});
			} finally {
				closeSync(fd);
			}
		},
	};
};

const startStream = async (
	name: string,
	args: readonly string[],
	{lookup, withOutput = false}: StreamOptions & {readonly lookup: Lookup},
): Promise<ToolStream> => {
	const file = await lookup.find(name);
	const environment = {PATH: await lookup.searchPath(), LC_ALL: 'C'};
	const child = execa(file, args, {
		...options(environment),
		stdout: withOutput ? 'pipe' : 'ignore',
		all: withOutput,
		buffer: false,
	});
	// Its exit is what we wait for; execa would also wait until somebody has read all of stderr.
	const live = keepTrack(child.pid);
	const ended = new Promise<{exitCode: number | undefined; signal: string | undefined}>((resolve, reject) => {
		child.nodeChildProcess.once('exit', (exitCode, signal) => {
			live[Symbol.dispose]();
			resolve({exitCode: exitCode ?? undefined, signal: signal ?? undefined});
		});
		void child.then(({exitCode, signal, cause}) => {
			if (exitCode === undefined && signal === undefined) {
				live[Symbol.dispose]();
				reject(notStarted(name, cause));
			}
		});
	});
	ended.catch(() => {});
	return {
		stderr: (child.all ?? child.stderr).setEncoding('utf8'),
		ended,
		kill: signal => kill(child.pid, signal),
	};
};

const options = (environment: Readonly<Record<string, string>>) =>
	({
		env: environment,
		extendEnv: false,
		stdin: 'ignore',
		detached: true,
		cleanup: false,
		reject: false,
		stripFinalNewline: false,
		forceKillAfterDelay: false,
	}) as const;
