import {stat} from 'node:fs/promises';
import path from 'node:path';
import {Option} from 'commander';
import {errnoOf, SanitizeError} from '../../errors.ts';
import {replaceFile} from '../../files/replace-file.ts';
import {fileError, writeNewFile} from '../../files.ts';
import {paperNames} from '../../paper/paper-sizes.ts';

export const paperOption = (): Option =>
	new Option('--paper <size>', 'size of the pages').choices(paperNames).default('a4');

export const forceOption = (): Option =>
	new Option('--force', 'replace a file that exists; never a device or a certificate that was read').default(
		false,
	);

/**
Before anything is written: whether each output can be.
@throws SanitizeError USAGE.
*/
export const checkOutputs = async (
	outputs: readonly string[],
	{inputs, force}: {readonly inputs: readonly string[]; readonly force: boolean},
): Promise<void> => {
	const read = new Set(await Promise.all(inputs.map(async file => identityOf(file))));
	const seen = new Set<string>();
	for (const file of outputs) {
		const identity = await identityOf(file);
		if (read.has(identity)) {
			throw new SanitizeError('USAGE', `${file} is a file that was read`, {hint: 'name another file'});
		}

		if (seen.has(identity)) {
			throw new SanitizeError('USAGE', `${file} would be written twice`, {hint: 'name another file'});
		}

		seen.add(identity);
		await checkPlace(file, force);
	}
};

// One file has many names.
const identityOf = async (file: string): Promise<string> => {
	try {
		const {dev, ino} = await stat(file);
		return `${dev}:${ino}`;
	} catch {
		return path.resolve(file);
	}
};

const checkPlace = async (file: string, force: boolean): Promise<void> => {
	// A name that is free there is most often a device that has gone: the file would be in memory, and in its way.
	if (/^\/dev\/(?!shm\/)/.test(path.resolve(file))) {
		throw new SanitizeError('USAGE', `${file} is in /dev: no file belongs there`, {
			hint: 'name a file elsewhere',
		});
	}

	try {
		const stats = await stat(file);
		if (!stats.isFile()) {
			throw new SanitizeError('USAGE', `${file} is not a regular file`, {hint: 'name a new file'});
		}

		if (stats.size > 0 && !force) {
			throw new SanitizeError('USAGE', `${file} exists already, and is not an empty file`, {
				hint: 'name a new file, or give --force to replace it',
			});
		}
	} catch (error) {
		if (errnoOf(error) !== 'ENOENT') {
			throw fileError(`writing ${file}`, error);
		}
	}
};

export const writeOutput = async (
	file: string,
	content: string | Uint8Array,
	force: boolean,
): Promise<void> => (force ? replaceFile(file, content) : writeNewFile(file, content));
