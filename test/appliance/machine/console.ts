import {open} from 'node:fs/promises';
import type {Writable} from 'node:stream';
import {setTimeout as delay} from 'node:timers/promises';
import {lastLines, plainText} from './plain-text.ts';

const pollMs = 100;
const linesShown = 40;

// A person types slower than this; a guest on an emulated processor that starts a shell reads slower than a socket writes.
const typingPauseMs = 400;

export interface WaitOptions {
	readonly timeoutMs: number;
	/** Patterns whose appearance ends the waiting with an error. */
	readonly unless?: readonly RegExp[];
}

/** The serial console of a guest. */
export interface Console {
	/** All that was shown since power-on up to now, as plain text. */
	shown(): Promise<string>;
	/** The last of it, as it goes into a message. */
	lastLines(): string;
	/** Waits until the pattern is shown after the previous match, and goes on from its end. */
	waitFor(pattern: RegExp, options: WaitOptions): Promise<RegExpExecArray>;
	/** As waitFor, for what may come or not: undefined when it did not in time. */
	sees(pattern: RegExp, options: WaitOptions): Promise<RegExpExecArray | undefined>;
	/** Types a line and Enter. */
	type(line: string): Promise<void>;
	/** Types these characters alone. */
	press(keys: string): Promise<void>;
	/** Closes the terminal: nothing can be typed any more; what is shown still goes to the file. */
	close(): void;
}

export interface ConsoleParts {
	readonly keyboard: Writable;
	/** What QEMU writes all output of the serial port to. */
	readonly logFile: string;
	/** Where in it this guest's output begins, in bytes. */
	readonly startsAt?: number;
	/** Aborted when the guest is gone: nothing more will come. */
	readonly gone: AbortSignal;
}

export const openConsole = ({keyboard, logFile, startsAt = 0, gone}: ConsoleParts): Console => {
	const log = followFile(logFile, startsAt);
	let from = 0;
	const found = async (pattern: RegExp): Promise<RegExpExecArray | undefined> => {
		const text = await log.read();
		const match = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(text.slice(from));
		if (match) {
			from += match.index + match[0].length;
		}

		return match ?? undefined;
	};
	const sees: Console['sees'] = async (pattern, {timeoutMs, unless = []}) => {
		for (const startedAtMs = performance.now(); performance.now() - startedAtMs < timeoutMs; ) {
			const isLast = gone.aborted;
			const match = await found(pattern);
			if (match) {
				return match;
			}

			const wrong = unless.find(other => other.test(log.text().slice(from)));
			if (wrong) {
				throw new Error(
					`waiting for ${pattern}: the console shows ${wrong}\n${lastLines(log.text(), linesShown)}`,
				);
			}

			if (isLast) {
				return undefined;
			}

			await delay(pollMs);
		}

		return undefined;
	};
	const press = async (keys: string): Promise<void> => {
		await delay(typingPauseMs);
		keyboard.write(keys);
	};
	return {
		shown: log.read,
		lastLines: () => lastLines(log.text(), linesShown),
		sees,
		async waitFor(pattern, options) {
			const match = await sees(pattern, options);
			if (!match) {
				const why = gone.aborted ? 'the guest is gone' : `not shown in ${options.timeoutMs / 1000} s`;
				throw new Error(
					`waiting for ${pattern}: ${why}; the console's last lines:\n${lastLines(log.text(), linesShown)}`,
				);
			}

			return match;
		},
		type: async line => press(`${line}\r`),
		press,
		close: () => void keyboard.destroy(),
	};
};

const followFile = (file: string, startsAt: number) => {
	const decoder = new TextDecoder();
	let offset = startsAt;
	let raw = '';
	let text = '';
	const read = async (): Promise<string> => {
		await using handle = await open(file, 'r');
		for (const chunk = Buffer.alloc(65_536); ; ) {
			const {bytesRead} = await handle.read(chunk, 0, chunk.length, offset);
			if (bytesRead === 0) {
				break;
			}

			offset += bytesRead;
			raw += decoder.decode(chunk.subarray(0, bytesRead), {stream: true});
			text = plainText(raw);
		}

		return text;
	};
	return {read, text: () => text};
};
