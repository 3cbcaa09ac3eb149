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

/** A running tool whose standard error is read as it comes. */
export interface ToolStream {
	/** Chunks of text from standard error, as they arrive. */
	readonly stderr: AsyncIterable<string>;
	/** Resolves when the process has ended, with whatever exit code or signal; rejects only if it could not be started. */
	readonly ended: Promise<{readonly exitCode: number | undefined; readonly signal: string | undefined}>;
	kill(signal: 'SIGTERM' | 'SIGKILL' | 'SIGUSR1'): void;
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
	stream(name: string, args: readonly string[]): Promise<ToolStream>;
}
