import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {SanitizeError} from '../errors.ts';
import type {RunEvent} from '../events.ts';
import {fileError} from '../files.ts';
import {type JournalHead, readJournal} from '../journal.ts';
import type {Plan} from '../plan.ts';
import {foldReport, type Report} from '../report.ts';

/** What the journal and log of a run say that another process began: enough to go on with it. */
export interface KeptRun {
	readonly directory: string;
	readonly plan: Plan;
	readonly events: readonly RunEvent[];
	readonly report: Report;
	readonly head: JournalHead;
	/** Bytes of whole lines; a torn last one, and room that was held behind it, are not counted. */
	readonly journalBytes: number;
	readonly logBytes: number;
}

/**
Reads the records of a run back from its directory.
@throws SanitizeError JOURNAL_INVALID, or what reading the files gives.
*/
export const readKeptRun = async (directory: string): Promise<KeptRun> => {
	const file = path.join(directory, 'journal.jsonl');
	const {text, log} = await readFiles(file, path.join(directory, 'run.log'));
	const lines = readJournal(text, file);
	const events = lines.map(({event}) => event);
	const report = foldReport(events);
	const last = lines.at(-1);
	if (!report.plan || !last) {
		throw new SanitizeError('JOURNAL_INVALID', `reading ${file}: it does not begin with a plan`, {
			hint: 'give the directory of a run as zeroize left it',
		});
	}

	return {
		directory,
		plan: report.plan,
		events,
		report,
		head: {hash: last.hash, seq: last.event.seq},
		journalBytes: bytesOfLines(text),
		logBytes: bytesOfLines(log),
	};
};

const bytesOfLines = (text: string): number => Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1));

const readFiles = async (journal: string, log: string) => {
	try {
		return {text: await readFile(journal, 'utf8'), log: await readFile(log, 'utf8')};
	} catch (error) {
		throw fileError(`reading ${journal}`, error);
	}
};
