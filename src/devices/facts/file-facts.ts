import {constants} from 'node:fs';
import {access, realpath, stat} from 'node:fs/promises';
import {SanitizeError} from '../../errors.ts';
import type {DeviceFacts, DeviceSurroundings, DeviceTarget} from '../device.ts';
import {findFileHolders} from './holders.ts';
import {toMissing} from './missing.ts';
import {deviceNumberOf, readAttribute, sysfsDirectory} from './sysfs.ts';

/** The identity of a file in facts. */
export const inodeOf = ({dev, ino}: {readonly dev: bigint; readonly ino: bigint}): string =>
	`inode ${dev}:${ino}`;

/**
Facts of a regular file that is to be erased as if it were a disk.
@throws SanitizeError DEVICE_MISSING, NOT_A_REGULAR_FILE, DEVICE_EMPTY, NO_PERMISSION.
*/
export const inspectFile = async (
	{target, path: typed}: Pick<DeviceTarget, 'target' | 'path'>,
	surroundings: DeviceSurroundings,
): Promise<DeviceFacts> => {
	const {path, stats} = await findFile(typed);
	const sectorBytes = (await sectorBytesBelow(deviceNumberOf(stats.dev), surroundings.root)) ?? 4096;
	return {
		target,
		path,
		kind: 'file',
		deviceNumber: inodeOf(stats),
		// An inode number is used again; the time of its birth is not.
		diskSequence: stats.birthtimeNs.toString(),
		manufacturer: null,
		model: null,
		serial: null,
		wwn: null,
		totalBytes: Number(stats.size),
		logicalSectorBytes: sectorBytes,
		physicalSectorBytes: sectorBytes,
		rotational: null,
		transport: null,
		readOnly: !(await canWrite(path)),
		mountPoints: [],
		holders: await findFileHolders(path, stats, surroundings),
		partitions: [],
		contents: {partitionTable: null, fileSystem: null, label: null},
		isSystemDisk: false,
	};
};

const findFile = async (typed: string) => {
	const found = await resolveFile(typed);
	if (!found.stats.isFile()) {
		throw new SanitizeError('NOT_A_REGULAR_FILE', `looking at ${found.path}: it is not a regular file`, {
			hint: found.stats.isBlockDevice()
				? `name the device alone: ${typed}`
				: 'name a file that holds a disk image',
		});
	}

	if (found.stats.size === 0n) {
		throw new SanitizeError('DEVICE_EMPTY', `looking at ${found.path}: the file is empty`, {
			hint: 'there is nothing to erase; nothing here makes a file longer',
		});
	}

	return found;
};

const resolveFile = async (typed: string) => {
	try {
		const path = await realpath(typed);
		return {path, stats: await stat(path, {bigint: true})};
	} catch (error) {
		throw toMissing(typed, error);
	}
};

/** Direct I/O on a file must keep to the sectors of the disk underneath; where that is not known, 4096 suits all. */
const sectorBytesBelow = async (deviceNumber: string, root: string): Promise<number | null> => {
	const directory = await sysfsDirectory(deviceNumber, root);
	if (directory === null) {
		return null;
	}

	// A partition has no queue of its own.
	const text =
		(await readAttribute(directory, 'queue/logical_block_size')) ??
		(await readAttribute(directory, '../queue/logical_block_size'));
	const bytes = Number(text);
	return text !== null && Number.isSafeInteger(bytes) && bytes >= 512 ? bytes : null;
};

const canWrite = async (path: string): Promise<boolean> => {
	try {
		await access(path, constants.W_OK);
		return true;
	} catch {
		return false;
	}
};
