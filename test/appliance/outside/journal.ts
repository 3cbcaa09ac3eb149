import {createHash} from 'node:crypto';

/** As much of a journal's lines as the checks look at. */
export interface JournalEvent {
	readonly type: string;
	readonly seq: number;
	readonly runId: string;
	readonly [key: string]: unknown;
}

const genesis = '0'.repeat(64);

/** The events of a journal's whole lines; what is behind the last line feed is torn. */
export const readEvents = (journal: string): readonly JournalEvent[] =>
	wholeLines(journal).map(line => JSON.parse(line));

/** What is wrong with the hash chain, told without the program's own code; undefined when nothing is. */
export const brokenChain = (journal: string): string | undefined => {
	let prev = genesis;
	for (const [index, line] of wholeLines(journal).entries()) {
		const event = JSON.parse(line);
		if (event.prev !== prev || event.seq !== index + 1) {
			return `line ${index + 1} does not follow the one before it`;
		}

		prev = createHash('sha256').update(line).digest('hex');
	}

	return prev === genesis ? 'no whole line' : undefined;
};

export const lastEvent = (events: readonly JournalEvent[], type: string): JournalEvent | undefined =>
	events.findLast(event => event.type === type);

const wholeLines = (journal: string): readonly string[] => journal.split('\n').slice(0, -1);
