import {constants} from 'node:fs';
import {type FileHandle, mkdir, open, unlink} from 'node:fs/promises';
import path from 'node:path';
import {type ErrorCode, errnoOf, SanitizeError} from './errors.ts';

const ownerOnly = 0o600;

/**
Writes a new file, durable when this resolves, readable by its owner alone. Never follows a link, never replaces anything but an empty file.
@throws SanitizeError NO_SPACE, NO_PERMISSION, PLACE_UNUSABLE or USAGE with the way out.
*/
export const writeNewFile = async (file: string, content: string | Uint8Array): Promise<void> => {
	const {handle, isOurs} = await openNew(file).catch(error => {
		throw fileError(`writing ${file}`, error);
	});
	try {
		await handle.writeFile(content);
		await handle.sync();
	} catch (error) {
		// Half a certificate is worse than none.
		await (isOurs ? unlink(file) : handle.truncate(0)).catch(() => {});
		throw fileError(`writing ${file}`, error);
	} finally {
		await handle.close();
	}

	await syncDirectory(path.dirname(file));
};

const openNew = async (file: string): Promise<{readonly handle: FileHandle; readonly isOurs: boolean}> => {
	const {O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW, O_NONBLOCK} = constants;
	try {
		return {handle: await open(file, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, ownerOnly), isOurs: true};
	} catch (error) {
		if (errnoOf(error) !== 'EEXIST') {
			throw error;
		}
	}

	// mktemp leaves an empty file for us to fill; anything else is somebody's evidence, or a device.
	const handle = await open(file, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
	const stats = await handle.stat();
	if (stats.isFile() && stats.size === 0) {
		return {handle, isOurs: false};
	}

	await handle.close();
	throw new SanitizeError('USAGE', `${file} exists already, and is not an empty file`, {
		hint: 'name a new file, or move the old one away',
	});
};

/**
Creates a directory and its missing parents, mode 0700. Not `mkdir` with `recursive`: that one never returns where a parent exists but gives ENOENT, as in /proc.
*/
export const makeDirectories = async (directory: string): Promise<void> => {
	const missing: string[] = [];
	for (let place = path.resolve(directory); !(await makeDirectory(place)); place = path.dirname(place)) {
		if (missing.includes(place) || path.dirname(place) === place) {
			break;
		}

		missing.push(place);
	}

	for (const place of missing.reverse()) {
		await mkdir(place, {mode: 0o700});
	}
};

/** False when its parent is missing. */
const makeDirectory = async (place: string): Promise<boolean> => {
	try {
		await mkdir(place, {mode: 0o700});
		return true;
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') {
			return false;
		}

		if (errnoOf(error) === 'EEXIST') {
			return true;
		}

		throw error;
	}
};

/** Makes the names in a directory durable. Some file systems cannot; their names are as durable as they get. */
export const syncDirectory = async (directory: string): Promise<void> => {
	try {
		await using handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
		await handle.sync();
	} catch (error) {
		if (!['EINVAL', 'EACCES', 'EPERM'].includes(errnoOf(error) ?? '')) {
			throw fileError(`syncing ${directory}`, error);
		}
	}
};

const hints: Record<string, string> = {
	ENOSPC: 'make room there, or name another place',
	EDQUOT: 'make room there, or name another place',
	EROFS: 'that file system is read-only: name another place',
	EACCES: 'run as root, or name a place that you can write to',
	EPERM: 'run as root, or name a place that you can write to',
	ENOENT: 'create the directory first, or name another place',
	ENOTDIR: 'a part of that path is not a directory: name another place',
	ELOOP: 'it is a symbolic link: name a real place',
};

const placeCodes: Record<string, ErrorCode> = {
	ENOSPC: 'NO_SPACE',
	EDQUOT: 'NO_SPACE',
	EACCES: 'NO_PERMISSION',
	EPERM: 'NO_PERMISSION',
	EROFS: 'NO_PERMISSION',
};

/** A system error about a file, in our words. */
export const fileError = (doing: string, error: unknown): SanitizeError => {
	if (error instanceof SanitizeError) {
		return error;
	}

	const errno = errnoOf(error);
	const reason =
		error instanceof Error
			? error.message.replace(/^[A-Z0-9]+: /, '').replace(/, \w+( '.*)?$/, '')
			: String(error);
	return new SanitizeError(placeCodes[errno ?? ''] ?? 'PLACE_UNUSABLE', `${doing}: ${reason}`, {
		hint: hints[errno ?? ''] ?? 'name another place',
		cause: error,
	});
};
