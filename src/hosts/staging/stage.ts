import {chmod, constants, copyFile, link, mkdir, symlink} from 'node:fs/promises';
import path from 'node:path';
import {errnoOf} from '../../errors.ts';
import {fileError} from '../../files.ts';
import type {StagePlan} from './plan.ts';

/** Name of the program in the stage. */
export const stagedExecutable = '/zeroize';

/**
What systemd-shutdown looks for and executes. A second name of the same file and not a symbolic link: it is looked for from outside, where an absolute link would lead astray.
*/
const shutdown = '/shutdown';

/** What systemd-shutdown mounts and pivots to, and what programs expect. */
const emptyDirectories = ['/dev', '/etc', '/oldroot', '/proc', '/run', '/sys', '/tmp'] as const;

/**
Builds the tree in `directory`, an empty tmpfs: everything under the name that it has now, so that it works after a chroot or pivot to there. The program is `/zeroize` and `/shutdown`, stored once.
@throws SanitizeError NO_SPACE, NO_PERMISSION, PLACE_UNUSABLE; what was copied so far stays, for who mounted it to unmount.
*/
export const stage = async ({executable, files, links}: StagePlan, directory: string): Promise<void> => {
	const inside = (file: string) => path.join(directory, file);
	const parents = [...files, ...links].map(({path: file}) => path.dirname(file));
	for (const place of withAncestors([...emptyDirectories, ...parents])) {
		await makeDirectory(inside(place));
	}

	for (const {path: file, mode} of files) {
		await copy(file, inside(file), mode);
	}

	for (const {path: place, target} of links) {
		await putting(place, async () => symlink(target, inside(place)));
	}

	await copy(executable.path, inside(stagedExecutable), 0o755);
	await putting(shutdown, async () => link(inside(stagedExecutable), inside(shutdown)));
};

/** Each directory once, after those that it is in. */
const withAncestors = (directories: readonly string[]): readonly string[] => {
	const all = new Set<string>();
	for (let place of directories) {
		for (; place !== '/'; place = path.dirname(place)) {
			all.add(place);
		}
	}

	return [...all].sort();
};

const makeDirectory = async (place: string): Promise<void> =>
	putting(place, async () => {
		try {
			await mkdir(place);
		} catch (error) {
			if (errnoOf(error) !== 'EEXIST') {
				throw error;
			}
		}

		// Whatever the umask of the shell that started us.
		await chmod(place, 0o755);
	});

const copy = async (from: string, to: string, mode: number): Promise<void> =>
	putting(from, async () => {
		await copyFile(from, to, constants.COPYFILE_EXCL);
		await chmod(to, mode);
	});

const putting = async (what: string, action: () => Promise<void>): Promise<void> => {
	try {
		await action();
	} catch (error) {
		throw fileError(`copying ${what} to RAM`, error);
	}
};
