import {lstat, readlink} from 'node:fs/promises';
import path from 'node:path';
import {fileError} from '../../files.ts';

export interface StageLink {
	/** Absolute, and itself below no other link. */
	readonly path: string;
	/** As it is written: relative or absolute. */
	readonly target: string;
}

// As many as the kernel follows.
const mostLinks = 40;

/**
Follows an absolute path as the kernel does: the real path at its end, and every symbolic link on the way, `/lib -> usr/lib` as much as `/sbin/poweroff -> /bin/systemctl`.
@throws SanitizeError PLACE_UNUSABLE, NO_PERMISSION.
*/
export const followLinks = async (
	file: string,
): Promise<{readonly realPath: string; readonly links: readonly StageLink[]}> => {
	const links: StageLink[] = [];
	const rest = file.split('/');
	let place = '/';
	while (rest.length > 0) {
		const next = path.join(place, rest.shift() ?? '');
		const target = await targetOf(next, file);
		if (target === null) {
			place = next;
			continue;
		}

		links.push({path: next, target});
		if (links.length > mostLinks) {
			throw fileError(`following ${file}`, new Error('too many levels of symbolic links'));
		}

		rest.unshift(...target.split('/'));
		place = path.isAbsolute(target) ? '/' : place;
	}

	return {realPath: place, links};
};

const targetOf = async (place: string, file: string): Promise<string | null> => {
	try {
		return (await lstat(place)).isSymbolicLink() ? await readlink(place) : null;
	} catch (error) {
		throw fileError(`following ${file}`, error);
	}
};
