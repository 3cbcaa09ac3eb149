import {type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {errnoOf} from '../../errors.ts';
import type {Holder} from '../device.ts';
import {type Mount, parseMounts} from './mounts.ts';
import {deviceNumberOf} from './sysfs.ts';
import {togetherByRoot} from './together.ts';

const ownerMayWrite = 0o200;

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
	const found = await Promise.all(
		(await scanTogether(root)).map(async process => ((await isWriter(process, wanted)) ? [process] : [])),
	);
	return found.flat().map(({pid, directory}) => ({
		kind: 'open',
		name: `process ${pid} (${commandName(join(directory, 'comm'))})`,
	}));
};

/** What a process has open for writing. */
interface OpenFile {
	/** `null` where it is not known, before Linux 5.14. */
	readonly inode: bigint | null;
	readonly mount: Mount | undefined;
	/** Asks what it is, once for all who want to know. */
	readonly stats: () => Promise<BigIntStats | null>;
}

interface Process {
	readonly pid: string;
	readonly directory: string;
	readonly files: readonly OpenFile[];
}

const scan = (root: string): readonly Process[] => {
	const mountsOf = mountsByNamespace();
	return names(join(root, 'proc'))
		.filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
		.map(pid => {
			const directory = join(root, 'proc', pid);
			return {pid, directory, files: openFiles(directory, mountsOf)};
		});
};

const scanTogether = togetherByRoot(scan);

// A process may end while it is looked at.
const names = (directory: string): readonly string[] => {
	try {
		return readdirSync(directory);
	} catch {
		return [];
	}
};

type MountsOf = (directory: string) => readonly Mount[];

/** Most processes share one, and its mounts are many. */
const mountsByNamespace = (): MountsOf => {
	const known = new Map<string, readonly Mount[]>();
	return directory => {
		const namespace = linkOf(`${directory}/ns/mnt`) ?? directory;
		const mounts = known.get(namespace) ?? parseMounts(textOf(`${directory}/mountinfo`));
		known.set(namespace, mounts);
		return mounts;
	};
};

const openFiles = (directory: string, mountsOf: MountsOf): readonly OpenFile[] => {
	const written = openForWriting(`${directory}/fd`);
	const mounts = written.length === 0 ? [] : mountsOf(directory);
	return written.map(fd => toOpenFile(directory, fd, mounts));
};

/** By proc_pid_fdinfo(5). */
const toOpenFile = (directory: string, fd: string, mounts: readonly Mount[]): OpenFile => {
	const fdinfo = textOf(join(directory, 'fdinfo', fd));
	const [, inode] = /^ino:\s*(\d+)$/m.exec(fdinfo) ?? [];
	const [, mountId] = /^mnt_id:\s*(\d+)$/m.exec(fdinfo) ?? [];
	let asked: Promise<BigIntStats | null> | undefined;
	return {
		inode: inode === undefined ? null : BigInt(inode),
		mount: mounts.find(({id}) => id === mountId),
		stats: async () => (asked ??= stat(join(directory, 'fd', fd), {bigint: true}).catch(() => null)),
	};
};

const isWriter = async ({files}: Process, wanted: Wanted): Promise<boolean> => {
	const matches = await Promise.all(
		files
			.filter(file => mayBe(wanted, file))
			.map(async ({stats}) => {
				const found = await stats();
				return found !== null && wanted.matches(found);
			}),
	);
	return matches.some(Boolean);
};

const openForWriting = (directory: string): readonly string[] => {
	const written: string[] = [];
	for (const fd of names(directory)) {
		try {
			if (isOpenForWriting(`${directory}/${fd}`)) {
				written.push(fd);
			}
		} catch (error) {
			// Who may not look at one file of a process may look at none, and some have thousands.
			if (errnoOf(error) === 'EACCES') {
				break;
			}
		}
	}

	return written;
};

// Neither asks what the link leads to. Pipes, sockets and the like have no path.
const isOpenForWriting = (link: string): boolean =>
	readlinkSync(link).startsWith('/') && (lstatSync(link).mode & ownerMayWrite) !== 0;

const linkOf = (link: string): string | undefined => {
	try {
		return readlinkSync(link);
	} catch {
		return undefined;
	}
};

// File systems that somebody answers for, who may be gone or stopped.
const answeredByOthers = /^(?:fuse|nfs|cifs|smb|9p|virtiofs|ceph|afs|autofs|lustre|gfs2|ocfs2)/;

const mayBe = ({file}: Wanted, {inode, mount}: OpenFile): boolean => {
	if (file && inode !== null && inode !== file.ino) {
		return false;
	}

	const isOwn = file !== undefined && mount?.deviceNumber === deviceNumberOf(file.dev);
	return isOwn || !mount || !answeredByOthers.test(mount.fileSystem);
};

const textOf = (file: string): string => {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
};

const commandName = (file: string): string => textOf(file).trim() || 'ended';
