import {closeSync, constants, fstatSync, openSync, readFileSync} from 'node:fs';
import {lstat, stat} from 'node:fs/promises';
import {isOwnFile} from '../files/ownership.ts';

const {O_RDWR, O_NOFOLLOW, O_NONBLOCK} = constants;

// What is longer can only be so by the room that was held.
const mostRoomBytes = 64 * 1024 * 1024;

/**
Opens the copy of a file that a process before us left half-made when it died: nothing but the beginning of `whole`, perhaps with the room behind it that was held. Written over with the same bytes it loses nothing at any moment. `undefined` for whatever else it is: somebody's file, a link, the very file that is copied (`source`).
*/
export const openLeftover = (
	path: string,
	whole: Uint8Array,
	source: number | undefined,
): number | undefined => {
	const fd = openSync(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
	let isLeft = false;
	try {
		isLeft = isOurs(fd, source) && fstatSync(fd).size <= whole.length + mostRoomBytes;
		isLeft &&= isBeginning(readFileSync(fd), whole);
	} finally {
		if (!isLeft) {
			closeSync(fd);
		}
	}

	return isLeft ? fd : undefined;
};

const isOurs = (fd: number, source: number | undefined): boolean => {
	const stats = fstatSync(fd);
	const other = source === undefined ? undefined : fstatSync(source);
	const isSource = stats.ino === other?.ino && stats.dev === other.dev;
	return stats.isFile() && isOwnFile(stats, uid()) && stats.nlink === 1 && !isSource;
};

const uid = (): number => process.getuid?.() ?? -1;

const isBeginning = (bytes: Uint8Array, whole: Uint8Array): boolean => {
	let length = bytes.length;
	while (length > 0 && bytes[length - 1] === 0) {
		length -= 1;
	}

	return length <= whole.length && Buffer.compare(whole.subarray(0, length), bytes.subarray(0, length)) === 0;
};

/** The directory itself, not what a link of this name leads to. */
export const isOwnRealDirectory = async (directory: string): Promise<boolean> => {
	const stats = await lstat(directory);
	return stats.isDirectory() && isOwnFile(stats, uid());
};

/** By what they are, not by how they are called: one may be named through a link. */
export const isSameDirectory = async (one: string, other: string): Promise<boolean> => {
	const [first, second] = await Promise.all([one, other].map(async place => stat(place).catch(() => null)));
	return Boolean(first && second && first.dev === second.dev && first.ino === second.ino);
};
