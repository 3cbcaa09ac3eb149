import {mkdir, rename, rm, rmdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {$} from 'zx';

const mebibyte = 1024 ** 2;

/** Where a file system lies within an image file. */
export interface Extent {
	readonly startMiB: number;
	readonly sizeMiB: number;
}

const swapMiB = 64;

/** An ext4 with everything under `tree`, at its place in the image file, which has its size already. */
const writeExt4 = async (
	image: string,
	{startMiB, sizeMiB}: Extent,
	label: string,
	tree: string,
): Promise<void> => {
	const options = ['-q', '-F', '-L', label, '-d', tree, '-E', `offset=${startMiB * mebibyte}`];
	await $`mkfs.ext4 ${options} ${image} ${sizeMiB}M`.quiet();
};

const writeEmptyImage = async (image: string, sizeMiB: number): Promise<void> => {
	await rm(image, {force: true});
	await $`truncate --size ${sizeMiB}M ${image}`;
};

const swapFstab = 'LABEL=root / ext4 defaults 0 1\n/swapfile none swap sw 0 0\n';

/** One ext4 from the first byte on, with a swap file in it. */
export const writeBareDisk = async (image: string, sizeMiB: number, tree: string): Promise<void> => {
	const swap = path.join(tree, 'swapfile');
	await writeFile(path.join(tree, 'etc/fstab'), swapFstab);
	// Of random bytes, because a file with holes cannot be swapped to.
	await $`dd if=/dev/urandom of=${swap} bs=1M count=${swapMiB} status=none`;
	await $`chmod 600 ${swap}`;
	await $`mkswap ${swap}`.quiet();
	await writeEmptyImage(image, sizeMiB);
	await writeExt4(image, {startMiB: 0, sizeMiB}, 'root', tree);
	await rm(swap);
};

/** An empty image with a GPT. */
export const writeGpt = async (
	image: string,
	sizeMiB: number,
	partitions: readonly Extent[],
): Promise<void> => {
	await writeEmptyImage(image, sizeMiB);
	const lines = partitions.map(({startMiB, sizeMiB: size}) => `start=${startMiB}MiB, size=${size}MiB\n`);
	await $({input: `label: gpt\n${lines.join('')}`})`sfdisk --quiet ${image}`;
};

const gptExtents = {
	root: {startMiB: 1, sizeMiB: 640},
	var: {startMiB: 641, sizeMiB: 310},
	swap: {startMiB: 951, sizeMiB: 64},
};

const gptFstab = `LABEL=root / ext4 defaults 0 1
LABEL=var /var ext4 defaults 0 2
LABEL=swap none swap sw 0 0
`;

/** A GPT with partitions for /, /var and swap. */
export const writeGptDisk = async (image: string, sizeMiB: number, tree: string): Promise<void> => {
	await writeGpt(image, sizeMiB, Object.values(gptExtents));
	await writeFile(path.join(tree, 'etc/fstab'), gptFstab);
	const varTree = `${tree}.var`;
	await rename(path.join(tree, 'var'), varTree);
	await mkdir(path.join(tree, 'var'));
	try {
		await writeExt4(image, gptExtents.root, 'root', tree);
		await writeExt4(image, gptExtents.var, 'var', varTree);
	} finally {
		await rmdir(path.join(tree, 'var'));
		await rename(varTree, path.join(tree, 'var'));
	}

	const swap = `${image}.swap`;
	await writeEmptyImage(swap, swapMiB);
	await $`mkswap --label swap ${swap}`.quiet();
	await $`dd if=${swap} of=${image} bs=1M seek=${gptExtents.swap.startMiB} conv=notrunc,sparse status=none`;
	await rm(swap);
};
