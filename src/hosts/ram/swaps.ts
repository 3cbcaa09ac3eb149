import path from 'node:path';
import {readMounts} from '../../devices/facts/mounts.ts';
import {activeSwaps} from '../../devices/facts/swaps.ts';
import {disksBehind, disksBehindDevice, numberOfNode} from '../../devices/facts/system-disk.ts';
import {type Attempt, attempt, type Freeing} from './freeing.ts';

// Everything in it has to come back into RAM, from a disk that may be slow.
const timeoutMs = 600_000;

/** Swap areas and swap files on the disks. */
export const swapsOn = async ({
	root,
	oldRoot,
	deviceNumbers,
}: Pick<Freeing, 'root' | 'oldRoot' | 'deviceNumbers'>): Promise<readonly string[]> => {
	const swaps = await activeSwaps(root);
	const disks = await Promise.all(swaps.map(async name => disksOf(name, {root, oldRoot})));
	return swaps.filter((_, index) => disks[index]?.some(number => deviceNumbers.includes(number)));
};

/** The kernel names a swap area by the node that it was given, which is below the old root now. */
const disksOf = async (
	name: string,
	{root, oldRoot}: Pick<Freeing, 'root' | 'oldRoot'>,
): Promise<readonly string[]> => {
	const inOldRoot = path.relative(oldRoot, name);
	const node = inOldRoot.startsWith('dev/') ? `/${inOldRoot}` : name;
	const number = await numberOfNode(node, root);
	return number === null ? disksBehind(name, root) : disksBehindDevice(number, await readMounts(root), root);
};

/** First of all: a swap file keeps its file system mounted, and a swap area the /dev that it was opened in. */
export const swapsOff = async (freeing: Freeing): Promise<readonly Attempt[]> => {
	const attempts: Attempt[] = [];
	for (const name of await swapsOn(freeing)) {
		const action = async () => {
			await freeing.tools.run('swapoff', [name], {timeoutMs});
			return `swap on ${name} is off`;
		};
		attempts.push(await attempt(`swap on ${name}`, action, freeing.tell));
	}

	return attempts;
};
