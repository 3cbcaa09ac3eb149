import {createHash} from 'node:crypto';
import {SanitizeError} from './errors.ts';
import type {RunEvent} from './events.ts';

/** `prev` of the first line. */
export const genesisHash = '0'.repeat(64);

/** Where a journal stands: hash and number of its last line. */
export interface JournalHead {
	readonly hash: string;
	readonly seq: number;
}

/** SHA-256 of a line's UTF-8 bytes without its line feed, in hexadecimal. */
export const hashLine = (line: string): string => createHash('sha256').update(line).digest('hex');

/**
The hash chain of a run. Each line is an event as JSON, with `prev` added: the SHA-256 of the line before it (64 zeros in the first). Changing, removing or inserting a line breaks every line after it; the certificate carries the hash of the line it was issued at, so that the two prove each other.

INVARIANTS
- Lines are added in the order of `seq`, without a gap.
- A line is never changed once it was made: what is on disk is a prefix of what was made.
*/
export class Journal {
	#hash: string;
	#seq: number;

	/** From its start, or after the last line of one that another process began. */
	constructor({hash, seq}: JournalHead = {hash: genesisHash, seq: 0}) {
		this.#hash = hash;
		this.#seq = seq;
	}

	/** The event's line, without line feed. */
	add(event: RunEvent): string {
		if (event.seq !== this.#seq + 1) {
			throw new SanitizeError('INTERNAL', `event ${event.seq} follows event ${this.#seq} in the journal`);
		}

		const line = JSON.stringify({...event, prev: this.#hash});
		this.#hash = hashLine(line);
		this.#seq = event.seq;
		return line;
	}

	/** Hash and number of the last line. */
	get head(): JournalHead {
		return {hash: this.#hash, seq: this.#seq};
	}
}

export interface JournalLine {
	readonly event: RunEvent;
	readonly hash: string;
}

/**
Reads a journal's text back and checks its chain. A last line without its line feed was torn by a crash and is left out.
@throws SanitizeError JOURNAL_INVALID naming the first line that does not fit.
*/
export const readJournal = (text: string, file: string): readonly JournalLine[] => {
	const rows = text.split('\n');
	// What stands behind the last line feed: nothing, or a torn line.
	rows.pop();
	const lines: JournalLine[] = [];
	let prev = genesisHash;
	for (const [index, row] of rows.entries()) {
		const event = parseLine(row, index + 1, prev, file);
		prev = hashLine(row);
		lines.push({event, hash: prev});
	}

	if (lines.length === 0) {
		throw invalid(file, 1, 'it holds no complete line');
	}

	return lines;
};

const parseLine = (row: string, number: number, prev: string, file: string): RunEvent => {
	let value: unknown;
	try {
		value = JSON.parse(row);
	} catch {
		throw invalid(file, number, 'it is not JSON');
	}

	if (
		typeof value !== 'object' ||
		value === null ||
		!('prev' in value) ||
		!('seq' in value) ||
		!('type' in value)
	) {
		throw invalid(file, number, 'it is not an event');
	}

	if (value.prev !== prev) {
		throw invalid(
			file,
			number,
			'its hash chain is broken: this line or one before it was changed, added or removed',
		);
	}

	if (value.seq !== number) {
		throw invalid(file, number, `its number is ${String(value.seq)}`);
	}

	const {prev: _, ...event} = value;
	return event as unknown as RunEvent;
};

const invalid = (file: string, number: number, why: string): SanitizeError =>
	new SanitizeError('JOURNAL_INVALID', `reading ${file}:${number}: ${why}`, {
		hint: 'use the journal as zeroize left it; an edited one proves nothing',
	});
