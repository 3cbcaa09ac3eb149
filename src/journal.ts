import {isUtf8} from 'node:buffer';
import {createHash} from 'node:crypto';
import type {SigningKey} from './certificate/signing-key.ts';
import {SanitizeError} from './errors.ts';
import type {RunEvent} from './events.ts';
import {findFlaw} from './journal/event-schema.ts';
import {checkSeal, type Seal, sealLine} from './journal/seal.ts';
import {jsonFlaw, parseJson} from './json.ts';

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

Each line but those of progress has a `seal` too: the SHA-256 of itself without it, and where the run has a key a signature of that. So a changed byte is found in the last line as well, wherever a copy of the journal ends.

INVARIANTS
- Lines are added in the order of `seq`, without a gap.
- A line is never changed once it was made: what is on disk is a prefix of what was made.
*/
export class Journal {
	#hash: string;
	#seq: number;
	readonly #key: SigningKey | undefined;

	/** From its start, or after the last line of one that another process began. */
	constructor({hash, seq}: JournalHead = {hash: genesisHash, seq: 0}, key?: SigningKey) {
		this.#hash = hash;
		this.#seq = seq;
		this.#key = key;
	}

	/** The event's line, without line feed. */
	add(event: RunEvent): string {
		if (event.seq !== this.#seq + 1) {
			throw new SanitizeError('INTERNAL', `event ${event.seq} follows event ${this.#seq} in the journal`);
		}

		const bare = JSON.stringify({...event, prev: this.#hash});
		const line = event.type === 'step.progress' ? bare : sealLine(bare, this.#key);
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
	/** Absent in a line of progress, and in a journal from before there were seals. */
	readonly seal?: Seal;
}

// A run has a few steps; who reads goes through all that ended before at each.
const mostSteps = 10_000;

/**
The text of a journal's whole lines. What stands behind the last line feed was torn by a crash and is left out, whatever it is.
@throws SanitizeError JOURNAL_INVALID when it is not UTF-8: read as such it would be another one.
*/
export const journalText = (bytes: Buffer, file: string): string => {
	const lines = bytes.subarray(0, bytes.lastIndexOf(lineFeed) + 1);
	if (!isUtf8(lines)) {
		throw invalid(file, lineOfFlaw(lines), 'it is not text in UTF-8');
	}

	return lines.toString();
};

const lineFeed = 0x0a;

const lineOfFlaw = (lines: Buffer): number => {
	let number = 1;
	for (let start = 0; start < lines.length; number += 1) {
		const end = lines.indexOf(lineFeed, start);
		if (!isUtf8(lines.subarray(start, end))) {
			return number;
		}

		start = end + 1;
	}

	return number;
};

/**
Reads a journal's text back, checks its chain and that each line is an event of one run. A last line without its line feed was torn by a crash and is left out.
@throws SanitizeError JOURNAL_INVALID naming the first line that does not fit.
*/
export const readJournal = (text: string, file: string): readonly JournalLine[] => {
	const lines: JournalLine[] = [];
	let prev = genesisHash;
	let steps = 0;
	for (
		let start = 0, end = text.indexOf('\n');
		end !== -1;
		start = end + 1, end = text.indexOf('\n', start)
	) {
		const number = lines.length + 1;
		const row = text.slice(start, end);
		const {event, seal} = parseLine(row, number, prev, file);
		requireSameRun(event, lines[0]?.event, file);
		steps += /^step\.(?:started|finished|failed|skipped)$/.test(event.type) ? 1 : 0;
		if (steps > mostSteps) {
			throw invalid(file, number, `it tells of more than ${mostSteps} beginnings and ends of steps`);
		}

		prev = hashLine(row);
		lines.push({event, hash: prev, ...(seal && {seal})});
	}

	if (lines.length === 0) {
		throw invalid(file, 1, 'it holds no complete line');
	}

	return lines;
};

const parseLine = (
	row: string,
	number: number,
	prev: string,
	file: string,
): {event: RunEvent; seal: Seal | undefined} => {
	const value = parseRow(row, number, file);
	if (value.prev !== prev) {
		throw invalid(
			file,
			number,
			'its hash chain is broken: this line or one before it was changed, added or removed',
		);
	}

	if (value.seq !== number) {
		throw invalid(file, number, `its number is ${JSON.stringify(value.seq)?.slice(0, 20)}`);
	}

	const {prev: _, seal, ...event} = value;
	const flaw = findFlaw(event) ?? (seal === undefined ? null : checkSeal(row));
	if (flaw !== null) {
		throw invalid(file, number, flaw);
	}

	return {event: event as unknown as RunEvent, seal: seal as Seal | undefined};
};

const parseRow = (
	row: string,
	number: number,
	file: string,
): {prev: unknown; seq: unknown; type: unknown; seal?: unknown} => {
	let value: unknown;
	try {
		value = parseJson(row);
	} catch (error) {
		throw invalid(file, number, jsonFlaw(error));
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

	return value;
};

const requireSameRun = (event: RunEvent, first: RunEvent | undefined, file: string): void => {
	const runId = first?.runId ?? event.runId;
	if (event.runId !== runId || (event.type === 'run.planned' && event.plan.runId !== runId)) {
		throw invalid(file, event.seq, 'it is of another run');
	}

	if (first && event.type === 'run.planned') {
		throw invalid(file, event.seq, 'only the first line is a plan');
	}
};

const invalid = (file: string, number: number, why: string): SanitizeError =>
	new SanitizeError('JOURNAL_INVALID', `reading ${file}:${number}: ${why}`, {
		hint: 'use the journal as zeroize left it; an edited one proves nothing',
	});
