import {readMounts} from '../../devices/facts/mounts.ts';
import {attachedLoops, backingFileOf, readAttribute} from '../../devices/facts/sysfs.ts';
import {disksBehindDevice} from '../../devices/facts/system-disk.ts';
import {type Attempt, attempt, type Freeing, notDone} from './freeing.ts';

const timeoutMs = 30_000;

/** Nodes of loop devices on a file of a file system on the disks, or on a disk itself; those that stand on others first. */
export const loopsOn = async ({
	root,
	deviceNumbers,
}: Pick<Freeing, 'root' | 'deviceNumbers'>): Promise<readonly string[]> => {
	const mounts = await readMounts(root);
	const loops = await Promise.all(
		(await attachedLoops(root)).map(async ({node}) => {
			const number = await readAttribute(root, 'sys/block', node.slice('/dev/'.length), 'dev');
			const below = number === null ? [] : await disksBehindDevice(number, mounts, root);
			return {node, below, isOurs: deviceNumbers.includes(number ?? '')};
		}),
	);
	return loops
		.filter(({below, isOurs}) => !isOurs && below.some(disk => deviceNumbers.includes(disk)))
		.sort((a, b) => b.below.length - a.below.length)
		.map(({node}) => node);
};

export const detachLoops = async (freeing: Freeing): Promise<readonly Attempt[]> => {
	const attempts: Attempt[] = [];
	for (const node of await loopsOn(freeing)) {
		attempts.push(await attempt(`loop device ${node}`, async () => detach(node, freeing), freeing.tell));
	}

	return attempts;
};

const detach = async (node: string, {tools, root}: Freeing): Promise<string> => {
	const file = await backingFileOf(node, root);
	await tools.run('losetup', ['--detach', node], {timeoutMs});
	// losetup is content when the kernel notes it for the last close.
	if ((await backingFileOf(node, root)) !== null) {
		throw notDone('it is still open');
	}

	return `detached ${node} from ${file}`;
};
