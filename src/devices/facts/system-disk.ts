import {realpath, stat} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {type Mount, mountHolding, readMounts} from './mounts.ts';
import {deviceNumberOf, listNames, readAttribute, standsOn, sysfsDirectory} from './sysfs.ts';

/**
Device numbers (`major:minor`) of every block device under the file system that holds `path`: partitions, dm, md, loop and the whole disks. Empty where there is none (tmpfs, network). The path need not exist yet. `root` is the prefix of /proc and /sys alone.
@throws SanitizeError UNSUPPORTED where the mounts cannot be read.
*/
export const disksBehind = async (path: string, root: string): Promise<string[]> => {
	const search = startSearch(await readMounts(root), root);
	await descendFromPath(await resolveExisting(resolve(path)), search);
	return [...search.found];
};

/** The same for a block device, itself included. */
export const disksUnder = async (deviceNumber: string, root: string): Promise<string[]> =>
	disksBehindDevice(deviceNumber, await readMounts(root), root);

/** The same for one mount, also one that another hides. `oldRoot` is where the root was moved to, under which the directories of an overlay had their names. */
export const disksBehindMount = async (
	mount: Mount,
	mounts: readonly Mount[],
	{root, oldRoot}: {readonly root: string; readonly oldRoot: string},
): Promise<string[]> => {
	const search = {...startSearch(mounts, root), oldRoot};
	await descendFromMount(mount, search);
	return [...search.found];
};

/** The same for one block device, which is the first of them. */
export const disksBehindDevice = async (
	deviceNumber: string,
	mounts: readonly Mount[],
	root: string,
): Promise<string[]> => {
	const search = startSearch(mounts, root);
	await descendFromDevice(deviceNumber, search);
	return [...search.found];
};

const startSearch = (mounts: readonly Mount[], root: string): Search => ({
	root,
	oldRoot: '/',
	mounts,
	seenMounts: new Set(),
	found: new Set(),
});

interface Search {
	readonly root: string;
	readonly oldRoot: string;
	readonly mounts: readonly Mount[];
	readonly seenMounts: Set<string>;
	readonly found: Set<string>;
}

const descendFromPath = async (path: string, search: Search): Promise<void> => {
	const mount = mountHolding(search.mounts, path);
	if (mount) {
		await descendFromMount(mount, search);
	}
};

const descendFromMount = async (mount: Mount, search: Search): Promise<void> => {
	if (search.seenMounts.has(mount.id)) {
		return;
	}

	search.seenMounts.add(mount.id);
	for (const number of await devicesOf(mount, search.root)) {
		await descendFromDevice(number, search);
	}

	for (const layer of layersOf(mount)) {
		await descendFromPath(layer, search);
		await descendFromPath(join(search.oldRoot, layer), search);
	}
};

const descendFromDevice = async (deviceNumber: string, search: Search): Promise<void> => {
	const directory = await sysfsDirectory(deviceNumber, search.root);
	if (directory === null || search.found.has(deviceNumber)) {
		return;
	}

	search.found.add(deviceNumber);
	for (const lower of await standsOn(deviceNumber, search.root)) {
		await descendFromDevice(lower, search);
	}

	const backingFile = await readAttribute(directory, 'loop/backing_file');
	if (backingFile !== null) {
		const node = (await numberOfNode(backingFile, search.root)) ?? (await numberByStat(backingFile));
		await (node === null ? descendFromPath(backingFile, search) : descendFromDevice(node, search));
	}
};

/** Directories that an overlay is made of. */
const layersOf = (mount: Mount): string[] =>
	mount.fileSystem === 'overlay'
		? ['upperdir', 'lowerdir'].flatMap(name => mount.options.get(name)?.split(':') ?? [])
		: [];

const devicesOf = async (mount: Mount, root: string): Promise<string[]> => {
	if (!mount.deviceNumber.startsWith('0:')) {
		return [mount.deviceNumber];
	}

	// bcachefs names all its devices, joined by colons.
	const sources = mount.fileSystem === 'bcachefs' ? mount.source.split(':') : [mount.source];
	const numbers = await Promise.all(sources.map(async source => numberOfNode(source, root)));
	const own = numbers.filter(number => number !== null);
	return mount.fileSystem === 'btrfs' ? [...own, ...(await btrfsSiblings(own, root))] : own;
};

/** btrfs names one of its devices in mountinfo; sysfs lists them all. */
const btrfsSiblings = async (numbers: readonly string[], root: string): Promise<string[]> => {
	const fileSystems = await listNames(root, 'sys/fs/btrfs');
	const members = await Promise.all(
		fileSystems.map(async uuid => {
			const directory = join(root, 'sys/fs/btrfs', uuid, 'devices');
			const names = await listNames(directory);
			return Promise.all(names.map(async name => readAttribute(directory, name, 'dev')));
		}),
	);
	return members
		.filter(list => list.some(number => number !== null && numbers.includes(number)))
		.flat()
		.filter(number => number !== null);
};

export const numberOfNode = async (node: string, root: string): Promise<string | null> => {
	if (!node.startsWith('/dev/')) {
		return null;
	}

	return (
		(await readAttribute(root, 'sys/class/block', basename(node), 'dev')) ??
		(await numberOfMapping(basename(node), root)) ??
		(await numberByStat(node))
	);
};

const numberOfMapping = async (mapping: string, root: string): Promise<string | null> => {
	for (const name of await listNames(root, 'sys/class/block')) {
		if ((await readAttribute(root, 'sys/class/block', name, 'dm/name')) === mapping) {
			return readAttribute(root, 'sys/class/block', name, 'dev');
		}
	}

	return null;
};

const numberByStat = async (node: string): Promise<string | null> => {
	try {
		const stats = await stat(node, {bigint: true});
		return stats.isBlockDevice() ? deviceNumberOf(stats.rdev) : null;
	} catch {
		return null;
	}
};

const resolveExisting = async (path: string): Promise<string> => {
	try {
		return await realpath(path);
	} catch {
		return path === '/' ? path : join(await resolveExisting(dirname(path)), basename(path));
	}
};
