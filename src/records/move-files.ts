import {mkdir, rmdir} from 'node:fs/promises';
import path from 'node:path';
import {errnoOf, SanitizeError} from '../errors.ts';
import {fileError, makeDirectories, syncDirectory} from '../files.ts';
import type {KeptFile} from './kept-file.ts';
import {isOwnRealDirectory, isSameDirectory} from './leftover.ts';

export interface RunFiles {
	readonly journal: KeptFile;
	readonly log: KeptFile;
}

interface Move {
	readonly before: string | null;
	readonly spareBytes: number;
	/** A process before us may have died in the midst of this very move. */
	readonly isResumed: boolean;
}

/** @throws SanitizeError LOG_NOT_KEPT; everything is then where it was. */
export const moveFiles = async (
	files: RunFiles,
	target: string,
	{before, spareBytes, isResumed}: Move,
): Promise<string> => {
	try {
		if (isResumed && before !== null && (await isSameDirectory(before, target))) {
			await syncWithParent(before);
			return before;
		}

		await makeTarget(target, isResumed);
	} catch (error) {
		throw notKept(`creating ${target}`, error, before);
	}

	const moves: Array<ReturnType<KeptFile['prepareMove']>> = [];
	try {
		const options = {spareBytes, mayBeLeft: isResumed};
		moves.push(files.journal.prepareMove(path.join(target, 'journal.jsonl'), options));
		moves.push(files.log.prepareMove(path.join(target, 'run.log'), options));
		await syncWithParent(target);
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

const makeTarget = async (target: string, isResumed: boolean): Promise<void> => {
	await makeDirectories(path.dirname(target));
	try {
		await mkdir(target, {mode: 0o700});
	} catch (error) {
		if (!isResumed || errnoOf(error) !== 'EEXIST' || !(await isOwnRealDirectory(target))) {
			throw error;
		}
	}
};

const syncWithParent = async (directory: string): Promise<void> => {
	await syncDirectory(directory);
	await syncDirectory(path.dirname(directory));
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
