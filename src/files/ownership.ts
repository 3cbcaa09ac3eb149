import {stat} from 'node:fs/promises';
import {dirname, isAbsolute} from 'node:path';

/** Who may change a file or directory, as `stat` tells it. */
interface Ownership {
	readonly uid: number;
	readonly mode: number;
}

const groupOrOthersWrite = 0o022;
const sticky = 0o1000;

/** Whether nobody but root, or the user `uid` that runs us, can change a file with this owner and mode. */
export const isOwnFile = ({uid: owner, mode}: Ownership, uid: number): boolean =>
	isTrusted(owner, uid) && (mode & groupOrOthersWrite) === 0;

/** Whether nobody else can put another file in the place of one in this directory: in a sticky one others can add files, but not replace ours or root's. */
export const isOwnDirectory = async (directory: string, uid: number): Promise<boolean> => {
	if (!isAbsolute(directory)) {
		return false;
	}

	try {
		const {mode, uid: owner} = await stat(directory);
		return isTrusted(owner, uid) && ((mode & groupOrOthersWrite) === 0 || (mode & sticky) !== 0);
	} catch {
		return false;
	}
};

/**
Why somebody else could have changed what is in a file, and the way out; `null` when nobody else can. `file` is an absolute path without symbolic links. Who owns a directory further up can put another file in its place, but only one that is as trusted.
*/
export const findStranger = async (
	file: string,
	stats: Ownership,
	uid: number,
): Promise<{readonly reason: string; readonly hint: string} | null> => {
	if (!isTrusted(stats.uid, uid)) {
		return {
			reason: `it belongs to user ${stats.uid}`,
			hint: copyOf(file),
		};
	}

	if (!isOwnFile(stats, uid)) {
		return {
			reason: `others can write to it (mode ${modeOf(stats)})`,
			hint: copyOf(file),
		};
	}

	const directory = dirname(file);
	return (await isOwnDirectory(directory, uid))
		? null
		: {
				reason: `others can replace it: ${directory} is not of root or user ${uid} alone`,
				hint: copyOf(file),
			};
};

// Who has it open for writing could still change it after a chown.
const copyOf = (file: string): string =>
	`copy it to a directory of your own (install -m 600 '${file.replaceAll("'", "'\\''")}' DIRECTORY/), read the copy, and use that`;

const modeOf = ({mode}: Ownership): string => (mode & 0o7777).toString(8).padStart(4, '0');

const isTrusted = (owner: number, uid: number): boolean => owner === 0 || owner === uid;
