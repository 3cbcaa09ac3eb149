import {lstat, rename, unlink} from 'node:fs/promises';
import path from 'node:path';
import {errnoOf, SanitizeError} from '../errors.ts';
import {fileError, syncDirectory, writeNewFile} from '../files.ts';

/**
Writes a file, or puts a new one in the place of an old one in one move: whoever reads it sees the old one or the new one, whole. Never a link, a device or whatever else is no regular file.
@throws SanitizeError as {@link writeNewFile}.
*/
export const replaceFile = async (file: string, content: string | Uint8Array): Promise<void> => {
	if (!(await exists(file))) {
		await writeNewFile(file, content);
		return;
	}

	const beside = `${file}.${process.pid}.new`;
	await writeNewFile(beside, content);
	try {
		await rename(beside, file);
	} catch (error) {
		await unlink(beside).catch(() => {});
		throw fileError(`writing ${file}`, error);
	}

	await syncDirectory(path.dirname(file));
};

const exists = async (file: string): Promise<boolean> => {
	try {
		if (!(await lstat(file)).isFile()) {
			throw new SanitizeError('USAGE', `${file} is not a regular file`, {hint: 'name a new file'});
		}

		return true;
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') {
			return false;
		}

		throw fileError(`writing ${file}`, error);
	}
};
