import {realpath} from 'node:fs/promises';
import path from 'node:path';
import {SanitizeError} from '../errors.ts';
import type {RunEvent} from '../events.ts';
import {findStranger} from '../files/ownership.ts';
import {readOwnFile} from '../files/read-file.ts';
import {type JournalHead, journalText, readJournal} from '../journal.ts';
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

// A line for each second of a week.
const maxBytes = 256 * 1024 * 1024;

interface ReadOptions {
	/** Nobody but root and this user may have been able to change the journal: what it says is done. */
	readonly ownedBy?: number;
}

/**
Reads the records of a run back from its directory.
@throws SanitizeError JOURNAL_INVALID, also when a file is missing or larger than 256 MiB; FILE_NOT_TRUSTED.
*/
export const readKeptRun = async (directory: string, options: ReadOptions = {}): Promise<KeptRun> => {
	const file = path.join(directory, 'journal.jsonl');
	const text = journalText(await readRecord(file, options), file);
	const log = await readRecord(path.join(directory, 'run.log'), options);
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
		journalBytes: Buffer.byteLength(text),
		logBytes: log.lastIndexOf('\n') + 1,
	};
};

const readRecord = async (file: string, {ownedBy}: ReadOptions): Promise<Buffer> =>
	readOwnFile(file, {
		maxBytes,
		refuse: (message, cause) =>
			new SanitizeError('JOURNAL_INVALID', message, {
				hint: 'give the journal of a run, beside its run.log, as zeroize left it',
				cause,
			}),
		check: async handle => {
			const stranger =
				ownedBy === undefined ? null : await findStranger(await realpath(file), await handle.stat(), ownedBy);
			if (stranger) {
				throw new SanitizeError('FILE_NOT_TRUSTED', `reading ${file}: ${stranger.reason}`, {
					hint: 'start a new run: what this one was to do, somebody else may have written',
				});
			}
		},
	});
