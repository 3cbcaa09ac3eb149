import {readlink} from 'node:fs/promises';
import path from 'node:path';
import {type Mount, mountHolding} from '../../devices/facts/mounts.ts';
import {listNames, readAttribute} from '../../devices/facts/sysfs.ts';

/**
Processes, ours among them, that have a file or directory of a mount open, work in it, or have it mapped: `process 12 (cat)`. Goes by the names in /proc and touches no file: one on a lost server would never answer.
*/
export const usersOf = async (
	{id}: Mount,
	mounts: readonly Mount[],
	root: string,
): Promise<readonly string[]> => {
	const users: string[] = [];
	for (const pid of (await listNames(root, 'proc')).filter(name => /^\d+$/.test(name))) {
		const files = await filesOf(path.join(root, 'proc', pid));
		if (files.some(file => mountHolding(mounts, file)?.id === id)) {
			users.push(`process ${pid} (${(await readAttribute(root, 'proc', pid, 'comm')) ?? 'ended'})`);
		}
	}

	return users;
};

const filesOf = async (directory: string): Promise<readonly string[]> => {
	const descriptors = await listNames(directory, 'fd');
	const links = ['cwd', 'root', 'exe', ...descriptors.map(name => path.join('fd', name))];
	const targets = await Promise.all(links.map(async name => targetOf(path.join(directory, name))));
	// start-end perms offset dev inode path
	const maps = (await readAttribute(directory, 'maps')) ?? '';
	const mapped = maps.split('\n').flatMap(line => /^(?:\S+ +){5}(\/.*)$/.exec(line)?.[1] ?? []);
	return [...targets, ...new Set(mapped)].filter(file => path.isAbsolute(file));
};

const targetOf = async (link: string): Promise<string> => {
	try {
		return await readlink(link);
	} catch {
		return '';
	}
};
