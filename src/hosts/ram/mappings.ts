import {access} from 'node:fs/promises';
import path from 'node:path';
import {readMounts} from '../../devices/facts/mounts.ts';
import {listNames, readAttribute, sysfsDirectory} from '../../devices/facts/sysfs.ts';
import {disksBehindDevice} from '../../devices/facts/system-disk.ts';
import {type Attempt, attempt, type Freeing, notDone, untilFree} from './freeing.ts';

const timeoutMs = 60_000;

export interface Mapping {
	/** Node by the kernel's name: `/dev/dm-0`. */
	readonly node: string;
	/** `other` is what we have no tool to close. */
	readonly kind: 'dm' | 'md' | 'other';
	/** A mapping's name; else the node. */
	readonly name: string;
}

/** Block devices on top of the disks (LVM, dm-crypt, multipath, md), in the order in which they can be closed: those that stand on others first. */
export const mappingsOn = async ({
	root,
	deviceNumbers,
}: Pick<Freeing, 'root' | 'deviceNumbers'>): Promise<readonly Mapping[]> => {
	const mounts = await readMounts(root);
	const numbers = (await listNames(root, 'sys/dev/block')).filter(number => !deviceNumbers.includes(number));
	const found = await Promise.all(
		numbers.map(async number => ({number, below: await disksBehindDevice(number, mounts, root)})),
	);
	const above = found
		.filter(({below}) => below.some(disk => deviceNumbers.includes(disk)))
		.sort((a, b) => b.below.length - a.below.length);
	const mappings = await Promise.all(above.map(async ({number}) => describeMapping(number, root)));
	return mappings.filter(mapping => mapping !== null);
};

/** `null` for a partition, which goes with its disk, and for a loop device. */
const describeMapping = async (number: string, root: string): Promise<Mapping | null> => {
	const directory = await sysfsDirectory(number, root);
	if (directory === null || (await has(directory, 'partition')) || (await has(directory, 'loop'))) {
		return null;
	}

	const node = `/dev/${path.basename(directory)}`;
	const name = await readAttribute(directory, 'dm/name');
	if (name !== null) {
		return {node, kind: 'dm', name};
	}

	return {node, kind: (await has(directory, 'md')) ? 'md' : 'other', name: node};
};

const has = async (directory: string, name: string): Promise<boolean> => {
	try {
		await access(path.join(directory, name));
		return true;
	} catch {
		return false;
	}
};

/** Closes each once, top first. */
export const closeAll = async (freeing: Freeing): Promise<readonly Attempt[]> => {
	const attempts: Attempt[] = [];
	for (const mapping of await mappingsOn(freeing)) {
		const {node, name} = mapping;
		const what = name === node ? node : `${name} (${node})`;
		const action = async () => {
			await close(mapping, freeing);
			return `closed ${what}`;
		};
		attempts.push(await attempt(what, action, freeing.tell));
	}

	return attempts;
};

const close = async ({kind, name, node}: Mapping, {tools}: Freeing): Promise<void> => {
	if (kind === 'other') {
		throw notDone('it stands on the disk, and there is no tool here that closes it');
	}

	// udev is gone: nobody would answer.
	await (kind === 'dm'
		? tools.run('dmsetup', ['remove', '--noudevsync', name], {timeoutMs})
		: tools.run('mdadm', ['--stop', node], {timeoutMs}));
};

/**
Closes all device-mapper and md devices on the disks, top first, again until none is left. What is mounted or swapped to on them has to go first.
@returns What is left.
@throws SanitizeError UNSUPPORTED where the mounts cannot be read.
*/
export const closeMappings = async (freeing: Freeing): Promise<readonly Attempt[]> =>
	untilFree(async () => closeAll(freeing), freeing.patienceMs);
