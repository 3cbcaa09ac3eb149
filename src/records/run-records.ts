import {mkdirSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import path from 'node:path';
import type {SigningKey} from '../certificate/signing-key.ts';
import {SanitizeError} from '../errors.ts';
import type {RunEvent, RunEvents} from '../events.ts';
import {fileError, writeNewFile} from '../files.ts';
import {Journal} from '../journal.ts';
import {emptyReport, type Report, reduceReport} from '../report.ts';
import type {Records} from '../steps/step.ts';
import {besideOf, standing} from './beside.ts';
import {createDurability} from './durability.ts';
import {isPlaceTrouble, KeptFile} from './kept-file.ts';
import type {KeptRun} from './kept-run.ts';
import {moveFiles, type RunFiles} from './move-files.ts';

export interface RunRecordsOptions {
	readonly events: RunEvents;
	/** `null` keeps everything in memory: for a run that only reads and leaves nothing behind. */
	readonly stateDir: string | null;
	/** What another process kept of this run so far: its files are gone on with. */
	readonly kept?: KeptRun | undefined;
	/** Seals the lines of the journal. */
	readonly signingKey?: SigningKey | undefined;
	/** What a person reads of an event, one entry a line. */
	readonly describe: (event: RunEvent) => readonly string[];
}

export interface RunRecords extends Records, Disposable {
	/** Where journal and log are now; `null` when they are in memory alone. */
	readonly directory: string | null;
	/** True when every event is written and on the media; always true for a look that keeps none. */
	sync(): boolean;
}

/**
Keeps the journal and the log of a run from its first event on, and folds the report.
@throws SanitizeError STATE_DIR_UNUSABLE when `stateDir` cannot be used at all. A full one is no reason: the records are then kept in memory, and a warning says so.
*/
export const createRecords = ({
	events,
	stateDir,
	kept,
	signingKey,
	describe,
}: RunRecordsOptions): RunRecords => {
	const journal = new Journal(kept?.head, signingKey);
	const mustLast = createDurability();
	let report: Report = kept?.report ?? emptyReport;
	let directory = kept?.directory ?? (stateDir === null ? null : makeStateDirectory(stateDir, events));
	// After run.finished there is nobody left to tell: sync() says it then.
	const files = openFiles(directory, kept, (doing, error) =>
		report.isFinished ? undefined : warn(events, doing, error),
	);

	const write = (event: RunEvent): void => {
		const durability = {isDurable: mustLast(event)};
		files.journal.append(`${journal.add(event)}\n`, durability);
		appendLines(files.log, describe(event), durability);
	};

	// Two readers: what is known of the run must not depend on whether it could be written down.
	const fold = (event: RunEvent): void => {
		report = reduceReport(report, event);
	};
	const from = journal.head.seq + 1;
	const folding = events.subscribe(fold, {from});
	const writing = events.subscribe(write, {from});
	const beside = besideOf(report);
	return {
		get directory() {
			return directory;
		},
		report: () => report,
		sync: () => stateDir === null || [files.journal.sync(), files.log.sync()].every(Boolean),
		journalHead: () => journal.head,
		files: () => listFiles(files, standing(report, beside)),
		async writeBeside(name, text) {
			// Whether or not there is room for it here: it may still be delivered.
			const mayBeLeft = kept !== undefined && !beside.has(name);
			beside.set(name, text);
			return writeIn(directory, name, text, mayBeLeft);
		},
		async moveTo(logDir) {
			directory = await moveFiles(files, path.join(logDir, events.runId), {
				before: directory,
				spareBytes: spareBytesFor(report.devices.length),
				isResumed: kept !== undefined,
			});
			return directory;
		},
		[Symbol.dispose]() {
			folding[Symbol.dispose]();
			writing[Symbol.dispose]();
			files.journal.close();
			files.log.close();
		},
	};
};

const appendLines = (file: KeptFile, lines: readonly string[], durability: {isDurable: boolean}): void => {
	if (lines.length > 0) {
		file.append(lines.map(line => `${line}\n`).join(''), durability);
	}
};

const openFiles = (
	directory: string | null,
	kept: KeptRun | undefined,
	onTrouble: (doing: string, error: unknown) => void,
): RunFiles => {
	const open = (name: string, keptBytes: number | undefined) =>
		keepFile(directory, name, error => onTrouble(`writing ${name}`, error), keptBytes);
	return {journal: open('journal.jsonl', kept?.journalBytes), log: open('run.log', kept?.logBytes)};
};

const listFiles = ({journal, log}: RunFiles, beside: ReadonlyMap<string, string>) => [
	{name: 'journal.jsonl', text: journal.text()},
	{name: 'run.log', text: log.text()},
	...Array.from(beside, ([name, text]) => ({name, text})),
];

const writeIn = async (
	directory: string | null,
	name: string,
	text: string,
	mayBeLeft: boolean,
): Promise<string> => {
	if (directory === null) {
		throw new SanitizeError('LOG_NOT_KEPT', 'there is no directory for the records of this run', {
			hint: 'give --certificate FILE on another disk',
		});
	}

	const file = path.join(directory, name);
	if (mayBeLeft) {
		// By a step of the process before us that did not get to its end: the journal does not tell of it.
		await rm(file, {force: true});
	}

	await writeNewFile(file, text);
	return file;
};

const warn = (events: RunEvents, doing: string, error: unknown): void => {
	const {code, message} = fileError(doing, error);
	events.emit({
		type: 'run.warned',
		code,
		message: `${message}; it is kept in memory until it can be written`,
		hint: 'the run goes on; make room, or it cannot be resumed after a crash',
	});
};

const makeStateDirectory = (stateDir: string, events: RunEvents): string | null => {
	const directory = path.join(path.resolve(stateDir), `zeroize-${events.runId}`);
	try {
		mkdirSync(directory, {mode: 0o700});
		return directory;
	} catch (error) {
		if (isPlaceTrouble(error)) {
			warn(events, `creating ${directory}`, error);
			return null;
		}

		const {message, hint} = fileError(`creating ${directory}`, error);
		throw new SanitizeError('STATE_DIR_UNUSABLE', message, {hint: `${hint} (--state-dir)`, cause: error});
	}
};

const keepFile = (
	directory: string | null,
	name: string,
	onTrouble: (error: unknown) => void,
	keptBytes: number | undefined,
): KeptFile => {
	const file = directory === null ? undefined : path.join(directory, name);
	try {
		return new KeptFile(file, onTrouble, keptBytes);
	} catch (error) {
		if (!isPlaceTrouble(error)) {
			throw fileError(`creating ${name}`, error);
		}

		onTrouble(error);
		return new KeptFile(undefined, onTrouble);
	}
};

// Room for what a run says after its log was moved: its end, and for each device its certificate, in two places.
const spareBytesFor = (devices: number): number => (64 + 16 * devices) * 1024;
