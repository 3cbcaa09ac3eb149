import {type BigIntStats, lstatSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import type {Holder} from '../device.ts';

const ownerMayWrite = 0o200n;

/**
Processes but our own that have the device open for writing: an exclusive open does not keep them out, and what they write on their way out comes after everything else. Reads `/proc/<pid>/fd`, whose links carry the mode of the open; without root only our own processes are seen.
*/
export const findWriters = (isOurs: (stats: BigIntStats) => boolean, root: string): readonly Holder[] =>
	names(join(root, 'proc'))
		.filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
		.filter(pid =>
			names(join(root, 'proc', pid, 'fd')).some(fd => isWriter(join(root, 'proc', pid, 'fd', fd), isOurs)),
		)
		.map(pid => ({kind: 'open', name: `process ${pid} (${commandName(join(root, 'proc', pid, 'comm'))})`}));

// A process may end while it is looked at.
const names = (directory: string): readonly string[] => {
	try {
		return readdirSync(directory);
	} catch {
		return [];
	}
};

const isWriter = (link: string, isOurs: (stats: BigIntStats) => boolean): boolean => {
	try {
		const {mode} = lstatSync(link, {bigint: true});
		return (mode & ownerMayWrite) !== 0n && isOurs(statSync(link, {bigint: true}));
	} catch {
		return false;
	}
};

const commandName = (file: string): string => {
	try {
		return readFileSync(file, 'utf8').trim();
	} catch {
		return 'ended';
	}
};
