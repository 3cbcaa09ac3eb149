import {readdir, readFile, realpath} from 'node:fs/promises';
import {join} from 'node:path';
import type {QueueLimits} from '../device.ts';

/** The contents of a small /proc or /sys file, trimmed; `null` where there is none. */
export const readAttribute = async (...path: string[]): Promise<string | null> => {
	try {
		return (await readFile(join(...path), 'utf8')).trim();
	} catch {
		return null;
	}
};

export const listNames = async (...path: string[]): Promise<string[]> => {
	try {
		return (await readdir(join(...path))).sort();
	} catch {
		return [];
	}
};

/** `major:minor` from st_dev or st_rdev, in the bit layout of glibc's dev_t. */
export const deviceNumberOf = (dev: bigint): string => {
	const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
	const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
	return `${major}:${minor}`;
};

/** The sysfs directory of a block device, links resolved; `null` where the kernel knows no such device. */
export const sysfsDirectory = async (deviceNumber: string, root: string): Promise<string | null> => {
	try {
		return await realpath(join(root, 'sys/dev/block', deviceNumber));
	} catch {
		return null;
	}
};

/** Device numbers of what a block device directly stands on: the disk of a partition, the slaves of dm and md. */
export const standsOn = async (deviceNumber: string, root: string): Promise<string[]> => {
	const directory = await sysfsDirectory(deviceNumber, root);
	if (directory === null) {
		return [];
	}

	const isPartition = (await readAttribute(directory, 'partition')) !== null;
	const slaves = await listNames(directory, 'slaves');
	const below = [
		...(isPartition ? [join(directory, '..')] : []),
		...slaves.map(name => join(directory, 'slaves', name)),
	];
	const numbers = await Promise.all(below.map(async path => readAttribute(path, 'dev')));
	return numbers.filter(number => number !== null);
};

export interface AttachedLoop {
	/** Node of the loop device. */
	readonly node: string;
	/** What it is attached to, as the kernel names it. */
	readonly backingFile: string;
}

export const backingFileOf = async (loopNode: string, root: string): Promise<string | null> =>
	readAttribute(root, 'sys/block', loopNode.replace(/^\/dev\//, ''), 'loop/backing_file');

export const attachedLoops = async (root: string): Promise<AttachedLoop[]> => {
	const names = (await listNames(root, 'sys/block')).filter(name => /^loop\d+$/.test(name));
	const loops = await Promise.all(
		names.map(async name => ({node: `/dev/${name}`, backingFile: await backingFileOf(`/dev/${name}`, root)})),
	);
	return loops.filter((loop): loop is AttachedLoop => loop.backingFile !== null);
};

/**
The serial number from the kernel itself. It is asked before lsblk, because lsblk has it from udev: once udev is stopped, or the run goes on from RAM, the same disk would seem to have lost it.
*/
export const serialOf = async (deviceNumber: string, root: string): Promise<string | null> => {
	const directory = join(root, 'sys/dev/block', deviceNumber);
	const plain =
		(await readAttribute(directory, 'device/serial')) ?? (await readAttribute(directory, 'serial'));
	// SCSI unit serial number page: four bytes of header, then ASCII.
	const page = await readAttribute(directory, 'device/vpd_pg80');
	return plain || page?.slice(4) || null;
};

/** The number that the kernel gives to each appearance of a disk, and to each attachment of a loop device; `null` before Linux 5.15. */
export const diskSequenceOf = async (deviceNumber: string, root: string): Promise<string | null> => {
	const directory = await sysfsDirectory(deviceNumber, root);
	return directory === null
		? null
		: ((await readAttribute(directory, 'diskseq')) ?? (await readAttribute(directory, '../diskseq')));
};

/** A number that each start of the machine gets anew, at random. */
export const bootIdOf = async (root: string): Promise<string | null> =>
	readAttribute(root, 'proc/sys/kernel/random/boot_id');

/** What the kernel lets one request be; of a partition its disk's. `undefined` where it does not say. */
export const queueLimitsOf = async (deviceNumber: string, root: string): Promise<QueueLimits | undefined> => {
	const directory = await sysfsDirectory(deviceNumber, root);
	if (directory === null) {
		return undefined;
	}

	const queueOf = async (name: string) =>
		(await readAttribute(directory, 'queue', name)) ?? readAttribute(directory, '../queue', name);
	const [kilobytes, maxWriteZeroesBytes] = await Promise.all(
		['max_sectors_kb', 'write_zeroes_max_bytes'].map(async name => Number((await queueOf(name)) ?? 0)),
	);
	return kilobytes
		? {maxTransferBytes: kilobytes * 1024, maxWriteZeroesBytes: maxWriteZeroesBytes || 0}
		: undefined;
};

// Fields of `stat`: reads, of them merged, sectors, ms, then the same of writes; the same of discards begins behind three others, since Linux 4.18.
const writtenSectors = 6;
const discardedSectors = 13;

/** Sectors that were written to the device of this directory, or discarded; see {@link Device.countWrites}. */
export const countWrites = async (directory: string | null): Promise<number | null> => {
	const text = directory === null ? null : await readAttribute(directory, 'stat');
	const fields = (text ?? '').trim().split(/\s+/);
	const count = Number(fields[writtenSectors]) + Number(fields[discardedSectors] ?? 0);
	return Number.isSafeInteger(count) ? count : null;
};
