import {mkdir, rmdir} from 'node:fs/promises';
import path from 'node:path';
import {SanitizeError} from '../errors.ts';
import {fileError, makeDirectories, syncDirectory} from '../files.ts';
import type {KeptFile} from './kept-file.ts';
import {isSameDirectory, removeLeftovers} from './leftovers.ts';

export interface RunFiles {
	readonly journal: KeptFile;
	readonly log: KeptFile;
}

interface Move {
	readonly before: string | null;
	readonly spareBytes: number;
	/** Where the process began that is resumed: it may have died in the midst of this very move. */
	readonly resumedFrom: string | null;
}

/** @throws SanitizeError LOG_NOT_KEPT; everything is then where it was. */
export const moveFiles = async (
	files: RunFiles,
	target: string,
	{before, spareBytes, resumedFrom}: Move,
): Promise<string> => {
	try {
		if (resumedFrom !== null) {
			await removeLeftovers(target, {files, directory: before});
			await removeLeftovers(resumedFrom, {files, directory: before});
		}

		if (resumedFrom !== null && before !== null && (await isSameDirectory(before, target))) {
			return before;
		}

		await makeDirectories(path.dirname(target));
		await mkdir(target, {mode: 0o700});
	} catch (error) {
		throw notKept(`creating ${target}`, error, before);
	}

	const moves: Array<ReturnType<KeptFile['prepareMove']>> = [];
	try {
		moves.push(files.journal.prepareMove(path.join(target, 'journal.jsonl'), spareBytes));
		moves.push(files.log.prepareMove(path.join(target, 'run.log'), spareBytes));
		await syncDirectory(target);
		await syncDirectory(path.dirname(target));
	} catch (error) {
		for (const {rollback} of moves) {
			rollback();
		}

		await leaveDirectory(target);
		throw notKept(`moving the log to ${target}`, error, before);
	}

	for (const {commit} of moves) {
		commit();
	}

	await leaveDirectory(before);
	return target;
};

// Whatever else was put there by somebody is not ours to delete.
const leaveDirectory = async (directory: string | null): Promise<void> => {
	if (directory !== null) {
		await rmdir(directory).catch(() => {});
	}
};

const notKept = (doing: string, error: unknown, before: string | null): SanitizeError => {
	const {message} = fileError(doing, error);
	const where =
		before === null
			? 'it is on this console alone: copy it now'
			: `it is complete in ${before}: copy it from there`;
	return new SanitizeError('LOG_NOT_KEPT', message, {hint: where, cause: error});
};
