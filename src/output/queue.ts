import {closeSync, writeSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {errnoOf} from '../errors.ts';

export interface OutputQueueOptions {
	/** Opened so that a write does not wait; `undefined` when there is nobody to write to. */
	readonly fd: number | undefined;
	readonly isTTY: boolean;
	readonly backlogBytes: number;
	/** Opens the same place anew after an error, for a console that hangs up and comes back; `undefined` when that fails now. */
	readonly reopen?: (() => number | undefined) | undefined;
}

const retryMs = 20;
const lossNote = Buffer.from('\r\n[output was lost here: the terminal took none]\r\n');

/** What an output has not written yet. */
export class OutputQueue {
	#fd: number | undefined;
	readonly #reopen: OutputQueueOptions['reopen'];
	readonly #isTTY: boolean;
	readonly #backlogBytes: number;
	#head: Buffer = Buffer.alloc(0);
	#tail: Buffer[] = [];
	#waitingBytes = 0;
	#isClosed: boolean;
	#hasLost = false;
	#retry: NodeJS.Timeout | undefined;

	constructor({fd, isTTY, backlogBytes, reopen}: OutputQueueOptions) {
		this.#fd = fd;
		this.#reopen = reopen;
		this.#isTTY = isTTY;
		this.#backlogBytes = backlogBytes;
		this.#isClosed = fd === undefined && !reopen;
	}

	get isClosed(): boolean {
		return this.#isClosed;
	}

	write(data: Buffer): void {
		if (this.#isClosed) {
			this.#hasLost = true;
			return;
		}

		this.#add(data);
		if (!this.#retry) {
			this.#drain();
		}

		if (this.#waitingBytes > this.#backlogBytes) {
			this.#overflow();
		}
	}

	async flush(timeoutMs: number): Promise<boolean> {
		const endsAtMs = performance.now() + timeoutMs;
		this.#drain();
		while (this.#waitingBytes > 0 && performance.now() < endsAtMs) {
			await sleep(retryMs);
			this.#drain();
		}

		return this.#waitingBytes === 0 && !this.#hasLost;
	}

	#add(data: Buffer): void {
		this.#tail.push(data);
		this.#waitingBytes += data.length;
	}

	#drain(): void {
		this.#fd ??= this.#reopen?.();
		while (this.#waitingBytes > 0 && this.#fd !== undefined) {
			if (this.#head.length === 0) {
				this.#head = Buffer.concat(this.#tail);
				this.#tail = [];
			}

			const written = tryWrite(this.#fd, this.#head);
			if (written === undefined) {
				this.#fail(this.#fd);
			} else if (written === 0) {
				this.#retryLater();
				return;
			} else {
				this.#head = this.#head.subarray(written);
				this.#waitingBytes -= written;
			}
		}

		if (this.#waitingBytes > 0 && !this.#isClosed) {
			this.#retryLater();
		}
	}

	#fail(fd: number): void {
		if (this.#reopen) {
			closeSync(fd);
			this.#fd = undefined;
		} else {
			this.#isClosed = true;
			this.#drop();
		}
	}

	// Waiting output alone keeps no process alive; `flush` does.
	#retryLater(): void {
		this.#retry ??= setTimeout(() => {
			this.#retry = undefined;
			this.#drain();
		}, retryMs).unref();
	}

	#overflow(): void {
		this.#drop();
		if (this.#isTTY) {
			this.#add(lossNote);
		} else {
			this.#isClosed = true;
		}
	}

	#drop(): void {
		this.#head = Buffer.alloc(0);
		this.#tail = [];
		this.#waitingBytes = 0;
		this.#hasLost = true;
	}
}

/** Bytes written; 0 when the reader takes none now, `undefined` when it never will. */
const tryWrite = (fd: number, data: Buffer): number | undefined => {
	try {
		return writeSync(fd, data);
	} catch (error) {
		return ['EAGAIN', 'EINTR', 'EWOULDBLOCK'].includes(errnoOf(error) ?? '') ? 0 : undefined;
	}
};
