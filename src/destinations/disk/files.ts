import {constants} from 'node:fs';
import {lstat, mkdir, open} from 'node:fs/promises';
import path from 'node:path';
import {errnoOf, SanitizeError} from '../../errors.ts';
import {fileError, syncDirectory, writeNewFile} from '../../files.ts';
import type {Parcel, ParcelFile} from '../destination.ts';

const mostNames = 20;

/** `router1-20261121T081500Z-1f2e3d4c`, in letters that every file system takes. */
export const folderFor = ({hostname, runId}: Parcel): string =>
	`${hostname.replaceAll(/[^A-Za-z0-9.-]+/g, '-').replace(/^[.-]+/, '') || 'host'}-${runId}`;

/**
Writes files into a directory below `root` that is made where it is missing: mode 0600, synced, never over another one. Returns their names: a file that is there with the same text stays, one with another text makes `name-2.ext`.
@throws SanitizeError NO_SPACE, NO_PERMISSION, PLACE_UNUSABLE.
*/
export const writeFiles = async (
	root: string,
	directory: string,
	files: readonly ParcelFile[],
): Promise<readonly string[]> => {
	const place = await makeDirectoriesBelow(root, directory);
	const names = [];
	for (const file of files) {
		names.push(await writeFile(place, file));
	}

	return names;
};

/** Step by step, and never through a symbolic link: one on a foreign disk could lead anywhere. */
const makeDirectoriesBelow = async (root: string, directory: string): Promise<string> => {
	let place = root;
	for (const name of directory.split('/').filter(part => part !== '')) {
		const parent = place;
		place = path.join(place, name);
		const shown = path.relative(root, place);
		try {
			await mkdir(place, {mode: 0o700});
			await syncDirectory(parent);
		} catch (error) {
			if (errnoOf(error) !== 'EEXIST') {
				throw fileError(`creating ${shown}`, error);
			}
		}

		if (!(await lstat(place)).isDirectory()) {
			throw new SanitizeError('PLACE_UNUSABLE', `${shown} on it is not a directory`, {
				hint: 'name another directory on that disk',
			});
		}
	}

	return place;
};

const writeFile = async (place: string, {name, text}: ParcelFile): Promise<string> => {
	const {name: base, ext} = path.parse(name);
	for (let number = 1; number <= mostNames; number += 1) {
		const candidate = number === 1 ? name : `${base}-${number}${ext}`;
		const there = await readText(path.join(place, candidate));
		if (there === text) {
			return candidate;
		}

		if (there === null) {
			await writeNewFile(path.join(place, candidate), text).catch(error => {
				throw nameless(error, place);
			});
			return candidate;
		}
	}

	throw new SanitizeError('PLACE_UNUSABLE', `there are ${mostNames} files like ${name} already`, {
		hint: 'name another directory on that disk',
	});
};

// The mount point is ours and gone in a moment: nobody can look there.
const nameless = (error: unknown, place: string): SanitizeError => {
	const {code, message, hint} = fileError('writing', error);
	return new SanitizeError(code, message.replaceAll(`${place}/`, ''), {hint, cause: error});
};

/** `null` where there is no such file; of what is no file, or cannot be read, something that equals no text. */
const readText = async (file: string): Promise<string | null | undefined> => {
	try {
		await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
		return await handle.readFile('utf8');
	} catch (error) {
		return errnoOf(error) === 'ENOENT' ? null : undefined;
	}
};

/** @throws SanitizeError DELIVERY_FAILED when a file does not hold what was written. */
export const compareFiles = async (
	place: string,
	names: readonly string[],
	files: readonly ParcelFile[],
): Promise<void> => {
	for (const [index, {text}] of files.entries()) {
		const name = names[index] ?? '';
		if ((await readText(path.join(place, name))) !== text) {
			throw new SanitizeError('DELIVERY_FAILED', `${name}, read back from it, is not what was written`, {
				hint: 'do not trust that disk: use another one',
			});
		}
	}
};
