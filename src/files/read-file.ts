import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {SanitizeError} from '../errors.ts';
import {fileError} from '../files.ts';

interface Reading {
	readonly maxBytes: number;
	/** What to say of something that is no regular file, or a larger one, or cannot be read. */
	readonly refuse: (message: string, cause?: unknown) => SanitizeError;
	/** Looks at the opened file before it is read. */
	readonly check?: (handle: FileHandle) => Promise<void>;
}

/**
The bytes of a file that a person named: of a regular one, and never more than `maxBytes`. Never waits, as for the other end of a pipe.
@throws what `refuse` and `check` make of it.
*/
export const readOwnFile = async (file: string, {maxBytes, refuse, check}: Reading): Promise<Buffer> => {
	const {O_RDONLY, O_NONBLOCK, O_NOCTTY} = constants;
	try {
		await using handle = await open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY);
		const stats = await handle.stat();
		if (!stats.isFile()) {
			throw refuse(`reading ${file}: it is not a regular file`);
		}

		await check?.(handle);
		const bytes = stats.size > maxBytes ? null : await readUpTo(handle, maxBytes);
		if (bytes === null) {
			throw refuse(`reading ${file}: it is larger than ${maxBytes / 1024} KiB`);
		}

		return bytes;
	} catch (error) {
		throw error instanceof SanitizeError ? error : refuse(fileError(`reading ${file}`, error).message, error);
	}
};

/** `null` when there is more: it may grow, and files of /proc have no size. */
const readUpTo = async (handle: FileHandle, maxBytes: number): Promise<Buffer | null> => {
	const chunks: Buffer[] = [];
	let total = 0;
	for await (const chunk of handle.createReadStream({autoClose: false, end: maxBytes})) {
		chunks.push(chunk as Buffer);
		total += (chunk as Buffer).length;
	}

	return total > maxBytes ? null : Buffer.concat(chunks);
};
