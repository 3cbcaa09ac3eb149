import {constants, fstatSync, openSync, type Stats} from 'node:fs';
import {Socket} from 'node:net';
import {Writable} from 'node:stream';
import {isatty, WriteStream} from 'node:tty';
import {errnoOf} from './errors.ts';
import {OutputQueue} from './output/queue.ts';

/**
A stream to write to that can be slow, closed or gone without stopping an erase.

INVARIANTS
- `write` never blocks, never throws and never waits; what cannot be written now is kept and written when the reader takes it.
- After EPIPE, EIO or a close it takes everything and drops it; `isClosed` says so.
*/
export interface Output {
	readonly isTTY: boolean;
	readonly columns: number;
	readonly isClosed: boolean;
	write(text: string): void;
	/** Waits until everything is written, at most `timeoutMs`; true when all was. */
	flush(timeoutMs: number): Promise<boolean>;
}

export interface OutputOptions {
	/** As asked of the descriptor by default. */
	readonly isTTY?: boolean | undefined;
	readonly columns?: number | undefined;
	/** What is kept for a reader that does not read. */
	readonly backlogBytes?: number;
}

const defaultColumns = 80;
const defaultRows = 24;
const defaultBacklogBytes = 16 * 1024 * 1024;

/** An output that knows its height too, for the task list. */
export interface TerminalOutput extends Output {
	readonly rows: number;
}

/**
An output on descriptor `fd`.

Node writes to pipes and terminals in a way that waits for the reader. So a pipe or terminal is opened anew, without blocking: a description of our own, because the flag on the shared one would reach every process that has it. A socket cannot be opened anew; the shared flag is set, as Node does for its own standard output. A regular file takes what it is given.

A reader that falls more than the backlog behind loses it: a pipe is closed, because lines of JSON must have no gap; on a terminal the backlog is dropped and said to be.
*/
export const createOutput = (fd: number, options: OutputOptions = {}): TerminalOutput => {
	const opened = openTarget(fd);
	const isTTY = options.isTTY ?? opened.isTTY;
	const queue = new OutputQueue({
		fd: opened.fd,
		isTTY,
		backlogBytes: options.backlogBytes ?? defaultBacklogBytes,
	});
	return {
		isTTY,
		get columns() {
			return options.columns ?? opened.columns();
		},
		get rows() {
			return opened.rows();
		},
		get isClosed() {
			return queue.isClosed;
		},
		write(text) {
			queue.write(Buffer.from(text));
		},
		async flush(timeoutMs) {
			return queue.flush(timeoutMs);
		},
	};
};

/**
An output as the stream that listr2 wants: `new ProcessOutput(outputStream(output), outputStream(diagnostics))`.
*/
export const outputStream = (output: TerminalOutput): NodeJS.WriteStream => {
	const stream = new Writable({
		decodeStrings: false,
		write(chunk, _encoding, done) {
			output.write(String(chunk));
			done();
		},
	});
	Object.defineProperties(stream, {
		isTTY: {get: () => output.isTTY},
		columns: {get: () => output.columns},
		rows: {get: () => output.rows},
	});
	// listr2 and log-update are typed for a whole terminal stream; they use these three and `write`.
	return stream as unknown as NodeJS.WriteStream;
};

interface Target {
	/** `undefined` when there is nobody to write to. */
	readonly fd: number | undefined;
	readonly isTTY: boolean;
	columns(): number;
	rows(): number;
}

const openTarget = (fd: number): Target => {
	const stats = statOf(fd);
	const isTTY = stats !== undefined && isatty(fd);
	const terminal = isTTY ? openTerminal(fd) : undefined;
	const target = {
		fd: stats ? fd : undefined,
		isTTY,
		columns: () => sizeOf(terminal)[0] || defaultColumns,
		rows: () => sizeOf(terminal)[1] || defaultRows,
	};
	if (stats?.isSocket()) {
		makeNonBlocking(fd);
	}

	return isTTY || stats?.isFIFO() ? reopen(target) : target;
};

const reopen = (target: Target): Target => {
	try {
		const path = `/proc/self/fd/${target.fd}`;
		return {...target, fd: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)};
	} catch (error) {
		// A pipe whose reader has gone cannot be opened; a terminal of another user may not be.
		return errnoOf(error) === 'ENXIO' ? {...target, fd: undefined} : target;
	}
};

// Setting the flag is a side effect of making a handle of it, and the only way that Node has.
const makeNonBlocking = (fd: number): void => {
	try {
		new Socket({fd, readable: false, writable: true}).unref().on('error', () => {});
	} catch {
		// A datagram socket: each write ends at once or fails.
	}
};

const statOf = (fd: number): Stats | undefined => {
	try {
		return fstatSync(fd);
	} catch {
		return undefined;
	}
};

// Only asked for its size; nothing is written through it.
const openTerminal = (fd: number): WriteStream | undefined => {
	try {
		return new WriteStream(fd);
	} catch {
		return undefined;
	}
};

// A serial line says 0 columns, a terminal that hung up nothing at all.
const sizeOf = (terminal: WriteStream | undefined): readonly [number, number] => {
	try {
		return terminal?.getWindowSize() ?? [0, 0];
	} catch {
		return [0, 0];
	}
};
