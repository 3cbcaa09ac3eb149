import type {DeviceFacts} from '../../devices/device.ts';
import {openExclusive} from '../../devices/facts/exclusive.ts';
import {errnoOf, SanitizeError} from '../../errors.ts';
import {type Attempt, describe, type Freeing, untilFree} from './freeing.ts';
import {detachLoops} from './loops.ts';
import {closeAll} from './mappings.ts';
import {unmountAll} from './mounts.ts';
import {swapsOff} from './swaps.ts';

/**
Turns swap on the disks off, unmounts everything below the old root, everything else that stands on the disks, and the old root last, and detaches loop devices on files there; again until none is left. What is mounted from a mapping goes too, the mapping stays: see {@link freeDisk}.
@returns What is left.
@throws SanitizeError UNSUPPORTED where the mounts cannot be read.
*/
export const unmountTree = async (freeing: Freeing): Promise<readonly Attempt[]> =>
	untilFree(async () => unmountPass(freeing), freeing.patienceMs);

const unmountPass = async (freeing: Freeing): Promise<readonly Attempt[]> => [
	...(await swapsOff(freeing)),
	...(await unmountAll(freeing)),
	...(await detachLoops(freeing)),
];

/**
Ends every use of a disk by the system that ran from it, and proves it: no mount, swap, loop device or mapping stands on it, and it can be opened for us alone, which no mounted file system or claimed partition allows, seen or not.
@param path - Node of the disk, in the new root.
@throws SanitizeError DISK_NOT_FREED with all that is left, each with its reason. Nothing was written to the disk but what file systems write when they are unmounted; it can be called again.
*/
export const freeDisk = async (freeing: Freeing & {readonly path: string}): Promise<void> => {
	const {path, patienceMs} = freeing;
	const pass = async () => {
		const attempts = [...(await unmountPass(freeing)), ...(await closeAll(freeing))];
		return attempts.length > 0 ? attempts : claims(path);
	};
	const left = await untilFree(pass, patienceMs);
	if (left.length > 0) {
		throw new SanitizeError(
			'DISK_NOT_FREED',
			`freeing ${path}: it is still in use: ${left.map(describe).join('; ')}`,
			{hint: 'end what is named, then try again; nothing was erased'},
		);
	}

	freeing.tell(`nothing uses ${path} any more`);
};

/** Whatever has no name in /proc or /sys; other errors are told by who opens the disk to erase it. */
const claims = async (path: string): Promise<readonly Attempt[]> => {
	try {
		await (await openExclusive(path, 'read')).close();
		return [];
	} catch (error) {
		return errnoOf(error) === 'EBUSY' ? [{what: path, reason: 'the kernel has it in use'}] : [];
	}
};

const isMd = (name: string): boolean => /^\/dev\/md\b|^\/dev\/md[\d_/]/.test(name);

const isMapping = (name: string): boolean => name.startsWith('/dev/mapper/') || name.startsWith('/dev/dm-');

/** What stands on a disk that {@link freeDisk} has no way to take off it: bcache, drbd and the like. */
export const unfreeable = ({holders}: Pick<DeviceFacts, 'holders'>): readonly string[] =>
	holders.filter(({kind, name}) => kind === 'other' && !isMd(name) && !isMapping(name)).map(({name}) => name);

/**
Names of the programs that {@link freeDisk} runs for a disk with these facts: those that no system is without, and what its mappings need.
*/
export const toolsToFree = ({holders}: Pick<DeviceFacts, 'holders'>): readonly string[] => {
	const mappings = holders.flatMap(({kind, name}) => {
		if (kind === 'lvm' || kind === 'crypt' || kind === 'mpath' || isMapping(name)) {
			return ['dmsetup'];
		}

		return kind === 'raid' || isMd(name) ? ['mdadm'] : [];
	});
	return [...new Set(['umount', 'swapoff', 'losetup', ...mappings])];
};
