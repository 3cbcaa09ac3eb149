import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {errnoOf} from '../errors.ts';

export interface GeneratedFile {
	/** Relative to the root of the project. */
	readonly file: string;
	readonly text: string;
}

/** Writes what differs, or with `isCheck` only names it and sets the exit code. */
export const settle = async (
	root: string,
	generated: readonly GeneratedFile[],
	{isCheck}: {readonly isCheck: boolean},
): Promise<void> => {
	for (const {file, text} of generated) {
		const target = path.join(root, file);
		if ((await currentText(target)) === text) {
			continue;
		}

		if (isCheck) {
			process.stderr.write(`${file} is not what its sources make of it\nhint: npm run gen\n`);
			process.exitCode = 1;
		} else {
			await writeFile(target, text);
			process.stdout.write(`${file} written\n`);
		}
	}
};

const currentText = async (file: string): Promise<string | undefined> => {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		if (errnoOf(error) !== 'ENOENT') {
			throw error;
		}

		return undefined;
	}
};
