import {constants, openSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {TerminalOutput} from '../output.ts';
import {followKernelMessages} from './kernel-messages.ts';
import {OutputQueue} from './queue.ts';

const backlogBytes = 1024 * 1024;

// The slowest line in use, 9,600 baud, and what a driver holds back.
const bytesPerMs = 1;
const settleMs = 100;

const repeatNote = '(once more: a kernel message cut in)\n';

/**
The terminals that show a run which no login holds: each is opened by its kernel name (`ttyS0`), and opened anew when it hangs up, as a terminal does whose login ended.

Their lines stay whole: what the kernel wrote into is written once more.
*/
export const createConsoles = (names: readonly string[], root = '/'): TerminalOutput => {
	const queues = names.map(name => openQueue(path.join(root, 'dev', name)));
	const messages = followKernelMessages(root);
	let last = '';
	// When the line has taken all that was written.
	let throughAtMs = 0;
	let check: NodeJS.Timeout | undefined;
	const writeAll = (text: string): void => {
		for (const queue of queues) {
			queue.write(Buffer.from(text));
		}
	};
	const repeatIfCut = (): void => {
		check = undefined;
		if (messages.haveAppeared()) {
			writeAll(`${repeatNote}${last}`);
		}

		last = '';
	};

	return {
		isTTY: true,
		columns: 80,
		rows: 24,
		isClosed: false,
		write(text) {
			if (last === '') {
				// What came while nothing was said cut into nothing.
				messages.haveAppeared();
			}

			last += text;
			writeAll(text);
			const nowMs = performance.now();
			throughAtMs = Math.max(throughAtMs, nowMs) + text.length / bytesPerMs;
			clearTimeout(check);
			check = setTimeout(repeatIfCut, throughAtMs - nowMs + settleMs).unref();
		},
		async flush(timeoutMs) {
			const results = await Promise.all(queues.map(async queue => queue.flush(timeoutMs)));
			if (check) {
				clearTimeout(check);
				await sleep(settleMs);
				repeatIfCut();
				await Promise.all(queues.map(async queue => queue.flush(timeoutMs)));
			}

			return results.some(Boolean);
		},
	};
};

const openQueue = (file: string): OutputQueue =>
	new OutputQueue({fd: undefined, isTTY: true, backlogBytes, reopen: () => openTerminal(file)});

const openTerminal = (file: string): number | undefined => {
	try {
		return openSync(file, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
	} catch {
		return undefined;
	}
};
