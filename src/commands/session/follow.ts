import type {FileHandle} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {SanitizeError} from '../../errors.ts';
import type {RunEvent} from '../../events.ts';

interface Followed {
	/** Its journal, opened before that process began: it may be moved at any time. */
	readonly file: FileHandle;
	/** Where that was. */
	readonly journal: string;
	/** What was read of it before. */
	readonly fromByte: number;
	readonly onEvent: (event: RunEvent) => void;
	/** Whether the process that writes it is still there. */
	readonly isAlive: () => Promise<boolean>;
	/** Whether whoever follows has had enough. */
	readonly isEnough: () => boolean;
}

const pollMs = 200;

// Asking costs a process.
const aliveCheckMs = 3000;

const chunkBytes = 64 * 1024;

/**
Follows the journal that another process writes, to the end of the run; resolves with its exit code, or with `undefined` when it went on where it cannot be followed.
@throws SanitizeError INTERNAL when the other process ended without a word.
*/
export const followJournal = async ({
	file,
	journal,
	fromByte,
	onEvent,
	isAlive,
	isEnough,
}: Followed): Promise<number | undefined> => {
	const read = createReader(file, fromByte);
	let last: RunEvent | undefined;
	let isOver = false;
	for (let quietMs = 0; ; quietMs += pollMs) {
		const events = await read();
		events.forEach(onEvent);
		last = events.at(-1) ?? last;
		if (last?.type === 'run.finished') {
			return last.exitCode;
		}

		if (isEnough()) {
			return undefined;
		}

		if (isOver) {
			return endWithout(last, journal);
		}

		// What it wrote last may have come between: it is read once more.
		isOver = events.length === 0 && quietMs % aliveCheckMs === 0 && !(await isAlive());
		await sleep(pollMs);
	}
};

const endWithout = (last: RunEvent | undefined, journal: string): undefined => {
	if (last?.type === 'step.started' && last.step === 'leave-disk') {
		return undefined;
	}

	throw new SanitizeError('INTERNAL', `the run ended without a word; its journal is ${journal}`, {
		hint: 'nothing was written to a device before the step leave-disk; look at: journalctl -b',
	});
};

/** Reads the whole lines that were added since it was last called. */
const createReader = (file: FileHandle, fromByte: number) => {
	const chunk = Buffer.alloc(chunkBytes);
	let position = fromByte;
	let rest = Buffer.alloc(0);
	return async (): Promise<readonly RunEvent[]> => {
		const lines: string[] = [];
		for (;;) {
			const {bytesRead} = await file.read(chunk, 0, chunk.length, position);
			if (bytesRead === 0) {
				return lines.map(toEvent);
			}

			position += bytesRead;
			rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
			const end = rest.lastIndexOf('\n') + 1;
			lines.push(...rest.toString('utf8', 0, end).split('\n').slice(0, -1));
			rest = rest.subarray(end);
		}
	};
};

/** As it was emitted: the chain is the journal's own. */
const toEvent = (line: string): RunEvent => {
	const {prev: _, seal: __, ...event} = JSON.parse(line);
	return event;
};
