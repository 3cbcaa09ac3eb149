import {randomFillSync} from 'node:crypto';
import {constants, rmSync} from 'node:fs';
import {open, statfs} from 'node:fs/promises';
import os from 'node:os';
import tmp from 'tmp';
import {SanitizeError} from '../../errors.ts';
import {fileError} from '../../files.ts';
import {formatBytes} from '../../progress.ts';

export interface RandomFile extends Disposable {
	readonly path: string;
}

interface RandomFileOptions {
	/** Leaves the file when it is disposed. */
	readonly keep: boolean;
	readonly signal: AbortSignal;
	readonly onStart: (text: string) => void;
}

const chunkBytes = 4 * 1024 * 1024;

// Room for the journal, the log and whoever else uses the directory.
const spareBytes = 32 * 1024 * 1024;

/**
A temporary file of exactly `totalBytes` random bytes, removed when it is disposed, and on every exit of the process.
@throws SanitizeError NO_SPACE and NO_PERMISSION before anything is created; the signal's reason.
*/
export const createRandomFile = async (
	totalBytes: number,
	options: RandomFileOptions,
): Promise<RandomFile> => {
	const directory = os.tmpdir();
	await requireSpace(directory, totalBytes);
	const {keep, signal, onStart} = options;
	onStart(`filling ${formatBytes(totalBytes)} in ${directory} with random data`);
	const {name, removeCallback} = createTemporary(directory, keep);
	try {
		await fill(name, totalBytes, signal);
	} catch (error) {
		rmSync(name, {force: true});
		throw error === signal.reason ? error : fileError(`filling ${name}`, error);
	}

	return {path: name, [Symbol.dispose]: () => (keep ? undefined : removeCallback())};
};

const createTemporary = (directory: string, keep: boolean): tmp.FileResultNoFd => {
	tmp.setGracefulCleanup();
	try {
		return tmp.fileSync({
			template: 'rehearsal-XXXXXX.img',
			mode: 0o600,
			keep,
			discardDescriptor: true,
			tmpdir: directory,
		});
	} catch (error) {
		throw unusable(directory, error);
	}
};

const unusable = (directory: string, error: unknown): SanitizeError => {
	const {code, message, hint} = fileError(`making a file in ${directory}`, error);
	return new SanitizeError(code, message, {hint: `${hint} (TMPDIR)`, cause: error});
};

const requireSpace = async (directory: string, totalBytes: number): Promise<void> => {
	const {bavail, bsize} = await statfs(directory).catch(error => {
		throw unusable(directory, error);
	});
	const freeBytes = bavail * bsize;
	if (freeBytes < totalBytes + spareBytes) {
		throw new SanitizeError(
			'NO_SPACE',
			`${directory} has ${formatBytes(freeBytes)} free, and the rehearsal needs ${formatBytes(totalBytes + spareBytes)}`,
			{
				hint: 'give a smaller --size, or set TMPDIR to a larger disk',
			},
		);
	}
};

const fill = async (file: string, totalBytes: number, signal: AbortSignal): Promise<void> => {
	await using handle = await open(file, constants.O_WRONLY);
	const chunk = Buffer.allocUnsafe(chunkBytes);
	for (let position = 0; position < totalBytes; position += chunkBytes) {
		signal.throwIfAborted();
		const length = Math.min(chunkBytes, totalBytes - position);
		randomFillSync(chunk, 0, length);
		await handle.write(chunk, 0, length, position);
	}
};
