import {
	closeSync,
	constants,
	existsSync,
	fdatasyncSync,
	fstatSync,
	ftruncateSync,
	openSync,
	readSync,
	unlinkSync,
	writeSync,
} from 'node:fs';
import {errnoOf} from '../errors.ts';
import {openLeftover} from './leftover.ts';

interface MoveOptions {
	readonly spareBytes?: number;
	readonly mayBeLeft?: boolean;
}

/**
A file that only grows, and that no trouble underneath can make us lose: what cannot be written is kept in memory, in order, and written as soon as it can be.

INVARIANTS
- On disk stands a prefix of what was appended; behind it, after a failed write, at most a torn piece that the next write covers.
- `append` never throws.
*/
export class KeptFile {
	readonly #onTrouble: (error: unknown) => void;
	#path: string | undefined;
	#fd: number | undefined;
	#writtenBytes = 0;
	#pending: Uint8Array[] = [];
	#isTroubled = false;

	/**
	With no path everything stays in memory until {@link prepareMove}. With `keptBytes` the file is there already, and goes on after so many bytes of it: what a crash left behind them is dropped.
	*/
	constructor(path: string | undefined, onTrouble: (error: unknown) => void, keptBytes?: number) {
		this.#onTrouble = onTrouble;
		this.#path = path;
		if (path !== undefined && keptBytes !== undefined) {
			this.#fd = openAgain(path, keptBytes);
			this.#writtenBytes = keptBytes;
		} else if (path !== undefined) {
			this.#fd = openNew(path);
		}
	}

	append(text: string, {isDurable}: {isDurable: boolean}): void {
		this.#pending.push(Buffer.from(text));
		try {
			this.#writePending();
			if (isDurable && this.#fd !== undefined) {
				fdatasyncSync(this.#fd);
			}

			this.#isTroubled = false;
		} catch (error) {
			this.#tellOnce(error);
		}
	}

	/**
	Copies all of it, from disk and memory, to a new file, and makes sure that there is room for `spareBytes` more; with `mayBeLeft` also to one that a process before us left half-made. Nothing has changed until `commit`, which takes what was appended since along, goes on there and removes the old file; `rollback` removes the new one.
	*/
	prepareMove(
		path: string,
		{spareBytes = 0, mayBeLeft = false}: MoveOptions = {},
	): {commit(): void; rollback(): void} {
		const bytes = this.#from(0);
		const left = mayBeLeft && existsSync(path) ? openLeftover(path, bytes, this.#fd) : undefined;
		const fd = left ?? openNew(path);
		const rollback = () => {
			closeSync(fd);
			if (left === undefined) {
				unlinkSync(path);
			}
		};
		try {
			writeAll(fd, bytes, 0);
			// The blocks stay ours until the file is closed: the last lines of a run must not meet a full disk.
			writeAll(fd, Buffer.alloc(spareBytes), bytes.length);
			fdatasyncSync(fd);
			return {rollback, commit: () => this.#goOnIn(path, fd, bytes.length)};
		} catch (error) {
			rollback();
			throw error;
		}
	}

	/** True when all that was appended is in the file and on the media, and the file still has a name. */
	sync(): boolean {
		let isSafe = this.#fd !== undefined;
		try {
			this.#writePending();
			if (this.#fd !== undefined) {
				fdatasyncSync(this.#fd);
				requireNamed(this.#fd, this.#path);
			}

			this.#isTroubled = false;
		} catch (error) {
			// Whoever is told may write to this very file, and succeed.
			isSafe = false;
			this.#tellOnce(error);
		}

		return isSafe && this.#pending.length === 0 && !this.#isTroubled;
	}

	close(): void {
		if (this.#fd === undefined) {
			return;
		}

		this.sync();
		try {
			ftruncateSync(this.#fd, this.#writtenBytes);
			fdatasyncSync(this.#fd);
		} catch (error) {
			this.#tellOnce(error);
		}

		closeSync(this.#fd);
		this.#fd = undefined;
	}

	#writePending(): void {
		if (this.#fd === undefined) {
			return;
		}

		for (let chunk = this.#pending[0]; chunk; chunk = this.#pending[0]) {
			const count = writeSync(this.#fd, chunk, 0, chunk.length, this.#writtenBytes);
			this.#writtenBytes += count;
			if (count === chunk.length) {
				this.#pending.shift();
			} else {
				this.#pending[0] = chunk.subarray(count);
			}
		}
	}

	/**
	All that was appended so far, from disk and memory.
	@throws what reading the file throws.
	*/
	text(): string {
		return Buffer.from(this.#from(0)).toString();
	}

	/** What was appended, from this byte on. */
	#from(position: number): Uint8Array {
		const onDisk = Buffer.alloc(Math.max(0, this.#writtenBytes - position));
		let done = 0;
		while (this.#fd !== undefined && done < onDisk.length) {
			const count = readSync(this.#fd, onDisk, done, onDisk.length - done, position + done);
			if (count === 0) {
				throw new Error(`${this.#path ?? 'the file'} was cut short by somebody else`);
			}

			done += count;
		}

		const inMemory = Buffer.concat(this.#pending);
		return Buffer.concat([onDisk, inMemory.subarray(Math.max(0, position - this.#writtenBytes))]);
	}

	#goOnIn(path: string, fd: number, position: number): void {
		const rest = this.#from(position);
		const before = {fd: this.#fd, path: this.#path};
		this.#fd = fd;
		this.#path = path;
		this.#writtenBytes = position;
		this.#pending = rest.length > 0 ? [rest] : [];
		this.sync();
		if (before.fd !== undefined) {
			closeSync(before.fd);
		}

		if (before.path !== undefined) {
			removeFile(before.path);
		}
	}

	#tellOnce(error: unknown): void {
		if (!this.#isTroubled) {
			this.#isTroubled = true;
			this.#onTrouble(error);
		}
	}
}

const requireNamed = (fd: number, path = 'the file'): void => {
	if (fstatSync(fd).nlink === 0) {
		throw new Error(`${path} was removed by somebody`);
	}
};

const openNew = (path: string): number => {
	const {O_CREAT, O_EXCL, O_RDWR, O_NOFOLLOW} = constants;
	return openSync(path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, 0o600);
};

const openAgain = (path: string, keptBytes: number): number => {
	const {O_RDWR, O_NOFOLLOW} = constants;
	const fd = openSync(path, O_RDWR | O_NOFOLLOW);
	ftruncateSync(fd, keptBytes);
	return fd;
};

// It was copied already: that it cannot be removed, or has gone, costs nothing.
const removeFile = (path: string): void => {
	try {
		unlinkSync(path);
	} catch {}
};

const writeAll = (fd: number, chunk: Uint8Array, position: number): void => {
	let done = 0;
	while (done < chunk.length) {
		done += writeSync(fd, chunk, done, chunk.length - done, position + done);
	}
};

/** Errors of a place that is full or failing: a reason to keep things in memory, not to refuse. */
export const isPlaceTrouble = (error: unknown): boolean =>
	['ENOSPC', 'EDQUOT', 'EIO', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(errnoOf(error) ?? '');
