import {type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import type {Holder} from '../device.ts';
import {type Mount, parseMounts} from './mounts.ts';
import {deviceNumberOf} from './sysfs.ts';

const ownerMayWrite = 0o200n;

/** What writers are looked for. */
export interface Wanted {
	matches(stats: BigIntStats): boolean;
	/** The file, where it is one: others need not be asked. */
	readonly file?: Pick<BigIntStats, 'dev' | 'ino'>;
}

/**
Processes but our own that have the device open for writing: an exclusive open does not keep them out, and what they write on their way out comes after everything else. Reads `/proc/<pid>/fd`, whose links carry the mode of the open; without root only our own processes are seen.

Whatever somebody else has open may be on a file system that never answers: it is asked only where it can be the one.
*/
export const findWriters = async (wanted: Wanted, root: string): Promise<readonly Holder[]> => {
	const pids = names(join(root, 'proc')).filter(name => /^\d+$/.test(name) && Number(name) !== process.pid);
	const writing = await Promise.all(pids.map(async pid => isWriter(join(root, 'proc', pid), wanted)));
	return pids
		.filter((_, index) => writing[index])
		.map(pid => ({kind: 'open', name: `process ${pid} (${commandName(join(root, 'proc', pid, 'comm'))})`}));
};

// A process may end while it is looked at.
const names = (directory: string): readonly string[] => {
	try {
		return readdirSync(directory);
	} catch {
		return [];
	}
};

const isWriter = async (process: string, wanted: Wanted): Promise<boolean> => {
	const candidates = names(join(process, 'fd')).filter(fd => isOpenForWriting(join(process, 'fd', fd)));
	if (candidates.length === 0) {
		return false;
	}

	const mounts = parseMounts(textOf(join(process, 'mountinfo')));
	const asked = candidates.filter(fd => mayBe(wanted, textOf(join(process, 'fdinfo', fd)), mounts));
	const matches = await Promise.all(asked.map(async fd => isWanted(join(process, 'fd', fd), wanted)));
	return matches.some(Boolean);
};

// Neither asks what the link leads to. Pipes, sockets and the like have no path.
const isOpenForWriting = (link: string): boolean => {
	try {
		return (
			(lstatSync(link, {bigint: true}).mode & ownerMayWrite) !== 0n && readlinkSync(link).startsWith('/')
		);
	} catch {
		return false;
	}
};

// File systems that somebody answers for, who may be gone or stopped.
const answeredByOthers = /^(?:fuse|nfs|cifs|smb|9p|virtiofs|ceph|afs|autofs|lustre|gfs2|ocfs2)/;

/** Judges by proc_pid_fdinfo(5); `ino` is there since Linux 5.14. */
const mayBe = ({file}: Wanted, fdinfo: string, mounts: readonly Mount[]): boolean => {
	const [, inode] = /^ino:\s*(\d+)$/m.exec(fdinfo) ?? [];
	const [, mountId] = /^mnt_id:\s*(\d+)$/m.exec(fdinfo) ?? [];
	if (file && inode !== undefined && BigInt(inode) !== file.ino) {
		return false;
	}

	const mount = mounts.find(({id}) => id === mountId);
	const isOwn = file !== undefined && mount?.deviceNumber === deviceNumberOf(file.dev);
	return isOwn || !mount || !answeredByOthers.test(mount.fileSystem);
};

const isWanted = async (link: string, {matches}: Wanted): Promise<boolean> => {
	const stats = await stat(link, {bigint: true}).catch(() => null);
	return stats !== null && matches(stats);
};

const textOf = (file: string): string => {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
};

const commandName = (file: string): string => textOf(file).trim() || 'ended';
