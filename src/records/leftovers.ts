import {rmdir, stat, unlink} from 'node:fs/promises';
import path from 'node:path';
import {SanitizeError} from '../errors.ts';
import {readOwnFile} from '../files/read-file.ts';
import type {RunFiles} from './move-files.ts';

/**
Removes what a process before us left of these records in another place when it died moving them: nothing but the beginning of what is here, perhaps with the room behind it that was held. Whatever else is there stays, and so does its directory.
*/
export const removeLeftovers = async (
	place: string,
	{files, directory}: {readonly files: RunFiles; readonly directory: string | null},
): Promise<void> => {
	if (directory !== null && (await isSameDirectory(place, directory))) {
		return;
	}

	await removeBeginning(path.join(place, 'journal.jsonl'), files.journal.text());
	await removeBeginning(path.join(place, 'run.log'), files.log.text());
	await rmdir(place).catch(() => {});
};

const removeBeginning = async (file: string, text: string): Promise<void> => {
	const whole = Buffer.from(text);
	const bytes = await readOwnFile(file, {
		// What is longer can only be so by the room that was held.
		maxBytes: whole.length + 64 * 1024 * 1024,
		refuse: message => new SanitizeError('FILE_NOT_TRUSTED', message),
	}).catch(() => null);
	if (bytes !== null && isBeginning(bytes, whole)) {
		await unlink(file);
	}
};

const isBeginning = (bytes: Buffer, whole: Buffer): boolean => {
	let length = bytes.length;
	while (length > 0 && bytes[length - 1] === 0) {
		length -= 1;
	}

	return length <= whole.length && whole.subarray(0, length).equals(bytes.subarray(0, length));
};

/** By what they are, not by how they are called: one may be named through a link. */
export const isSameDirectory = async (one: string, other: string): Promise<boolean> => {
	const [first, second] = await Promise.all([one, other].map(async place => stat(place).catch(() => null)));
	return Boolean(first && second && first.dev === second.dev && first.ino === second.ino);
};
