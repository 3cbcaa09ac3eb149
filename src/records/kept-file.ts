import {closeSync, constants, fdatasyncSync, openSync, readSync, unlinkSync, writeSync} from 'node:fs';
import {errnoOf} from '../errors.ts';

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

	/** With no path everything stays in memory until {@link prepareMove}. */
	constructor(path: string | undefined, onTrouble: (error: unknown) => void) {
		this.#onTrouble = onTrouble;
		this.#path = path;
		if (path !== undefined) {
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
	Writes all of it, from disk and memory, to a new file. Nothing has changed until `commit`, which goes on there and removes the old file; `rollback` removes the new one.
	*/
	prepareMove(path: string): {commit(): void; rollback(): void} {
		const fd = openNew(path);
		const rollback = () => {
			closeSync(fd);
			unlinkSync(path);
		};
		try {
			const writtenBytes = this.#copyInto(fd);
			fdatasyncSync(fd);
			return {rollback, commit: () => this.#goOnIn(path, fd, writtenBytes)};
		} catch (error) {
			rollback();
			throw error;
		}
	}

	close(): void {
		if (this.#fd !== undefined) {
			closeSync(this.#fd);
			this.#fd = undefined;
		}
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

	#copyInto(fd: number): number {
		let position = 0;
		if (this.#fd !== undefined) {
			const chunk = Buffer.alloc(65_536);
			while (position < this.#writtenBytes) {
				const wanted = Math.min(chunk.length, this.#writtenBytes - position);
				const count = readSync(this.#fd, chunk, 0, wanted, position);
				if (count === 0) {
					throw new Error(`${this.#path ?? 'the file'} was cut short by somebody else`);
				}

				position += writeAll(fd, chunk.subarray(0, count), position);
			}
		}

		for (const chunk of this.#pending) {
			position += writeAll(fd, chunk, position);
		}

		return position;
	}

	#goOnIn(path: string, fd: number, writtenBytes: number): void {
		this.#leave();
		this.#fd = fd;
		this.#path = path;
		this.#writtenBytes = writtenBytes;
		this.#pending = [];
	}

	#leave(): void {
		this.close();
		if (this.#path !== undefined) {
			try {
				unlinkSync(this.#path);
			} catch (error) {
				this.#tellOnce(error);
			}
		}
	}

	#tellOnce(error: unknown): void {
		if (!this.#isTroubled) {
			this.#isTroubled = true;
			this.#onTrouble(error);
		}
	}
}

const openNew = (path: string): number => {
	const {O_CREAT, O_EXCL, O_RDWR, O_NOFOLLOW} = constants;
	return openSync(path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, 0o600);
};

const writeAll = (fd: number, chunk: Uint8Array, position: number): number => {
	let done = 0;
	while (done < chunk.length) {
		done += writeSync(fd, chunk, done, chunk.length - done, position + done);
	}

	return done;
};

/** Errors of a place that is full or failing: a reason to keep things in memory, not to refuse. */
export const isPlaceTrouble = (error: unknown): boolean =>
	['ENOSPC', 'EDQUOT', 'EIO', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(errnoOf(error) ?? '');
