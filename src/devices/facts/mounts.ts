import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {SanitizeError} from '../../errors.ts';
import {unescapeOctal} from './text.ts';

export interface Mount {
	readonly id: string;
	/** `major:minor` of the file system; major 0 where it has no one device (btrfs, overlay, tmpfs). */
	readonly deviceNumber: string;
	readonly mountPoint: string;
	readonly fileSystem: string;
	readonly source: string;
	/** Options of the super block, by name. */
	readonly options: ReadonlyMap<string, string>;
}

/** Parses /proc/self/mountinfo, see proc_pid_mountinfo(5). */
export const parseMounts = (text: string): Mount[] =>
	text
		.split('\n')
		.filter(line => line.includes(' - '))
		.map(parseLine);

const parseLine = (line: string): Mount => {
	const [before = '', after = ''] = line.split(' - ', 2);
	const [id = '', , deviceNumber = '', , mountPoint = ''] = before.split(' ');
	const [fileSystem = '', source = '', options = ''] = after.split(' ');
	return {
		id,
		deviceNumber,
		mountPoint: unescapeOctal(mountPoint),
		fileSystem,
		source: unescapeOctal(source),
		options: new Map(options.split(',').map(parseOption)),
	};
};

const parseOption = (option: string): [string, string] => {
	const [name = '', ...value] = option.split('=');
	return [name, unescapeOctal(value.join('='))];
};

/** @throws SanitizeError UNSUPPORTED: without the list of mounts nothing can be said to be free. */
export const readMounts = async (root: string): Promise<Mount[]> => {
	const file = join(root, 'proc/self/mountinfo');
	try {
		return parseMounts(await readFile(file, 'utf8'));
	} catch (cause) {
		throw new SanitizeError('UNSUPPORTED', `looking for mounted file systems: ${file} cannot be read`, {
			hint: 'mount the proc file system: mount -t proc proc /proc',
			cause,
		});
	}
};

/** The mount that an absolute path without symbolic links is on: the longest mount point above it, the latest where several are stacked. */
export const mountHolding = (mounts: readonly Mount[], path: string): Mount | undefined => {
	let found: Mount | undefined;
	for (const mount of mounts) {
		if (isWithin(path, mount.mountPoint) && mount.mountPoint.length >= (found?.mountPoint.length ?? 0)) {
			found = mount;
		}
	}

	return found;
};

export const isWithin = (path: string, directory: string): boolean =>
	directory === '/' || path === directory || path.startsWith(`${directory}/`);
