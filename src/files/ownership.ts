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
Why somebody else could have changed a file, and the way out; `null` when nobody else can. `file` is an absolute path without symbolic links.
*/
export const findStranger = async (
	file: string,
	stats: Ownership,
	uid: number,
): Promise<{readonly reason: string; readonly hint: string} | null> => {
	if (!isTrusted(stats.uid, uid)) {
		return {
			reason: `it belongs to user ${stats.uid}`,
			hint: `read it, then: chown ${uid} ${file} && chmod go-w ${file}`,
		};
	}

	if (!isOwnFile(stats, uid)) {
		return {
			reason: `others can write to it (mode ${modeOf(stats)})`,
			hint: `read it, then: chmod go-w ${file}`,
		};
	}

	const directory = dirname(file);
	return (await isOwnDirectory(directory, uid))
		? null
		: {
				reason: `others can replace it: ${directory} is not of root or user ${uid} alone`,
				hint: `read it, then: chown ${uid} ${directory} && chmod go-w ${directory}`,
			};
};

const modeOf = ({mode}: Ownership): string => (mode & 0o7777).toString(8).padStart(4, '0');

const isTrusted = (owner: number, uid: number): boolean => owner === 0 || owner === uid;
