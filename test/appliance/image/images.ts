import {createHash} from 'node:crypto';
import {mkdir, mkdtemp, readdir, readFile, rename, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {$} from 'zx';
import {allEnded} from '../pool.ts';
import {writeBareDisk, writeGptDisk} from './file-systems.ts';
import {installedLayouts, installLayout} from './install-layout.ts';
import {makeRootTree} from './root-tree.ts';

export const layouts = ['bare', 'gpt', 'lvm', 'crypt'] as const;
export type Layout = (typeof layouts)[number];

/** What the guests are made of; the files are shared and only read. */
export interface Images {
	readonly kernel: string;
	readonly initrd: string;
	/** The private key that the guest's root lets in. */
	readonly sshKey: string;
	readonly disks: Readonly<Record<Layout, string>>;
}

const sizeMiB = 1024;
// Smaller than the logical and the encrypted volume that it is copied into.
const sourceMiB = 940;

const cache = path.join(import.meta.dirname, '../../../node_modules/.cache/zeroize-appliance');

const imagesIn = (directory: string): Images => {
	const file = (name: string): string => path.join(directory, name);
	return {
		kernel: file('vmlinuz'),
		initrd: file('initrd.img'),
		sshKey: file('ssh-key'),
		disks: {bare: file('bare.raw'), gpt: file('gpt.raw'), lvm: file('lvm.raw'), crypt: file('crypt.raw')},
	};
};

/** The images that this version of the builder makes: from the cache, or made now, which takes some minutes. */
export const provideImages = async (say: (text: string) => void): Promise<Images> => {
	const directory = path.join(cache, await builderHash());
	if (!(await exists(directory))) {
		await mkdir(cache, {recursive: true});
		// Only one version is kept: each takes about 2 GB.
		for (const old of await readdir(cache)) {
			await rm(path.join(cache, old), {recursive: true, force: true});
		}

		const work = await mkdtemp(path.join(cache, 'making-'));
		await makeImages(work, say);
		await rename(work, directory);
	}

	return imagesIn(directory);
};

const makeImages = async (work: string, say: (text: string) => void): Promise<void> => {
	const images = imagesIn(work);
	const tree = path.join(work, 'root');
	const source = path.join(work, 'source.raw');
	say('making the root tree');
	await makeRootTree(tree);
	await rename(path.join(tree, 'boot/vmlinuz'), images.kernel);
	await rename(path.join(tree, 'boot/initrd.img'), images.initrd);
	await letIn(images.sshKey, tree);
	say('making the disks');
	await writeGptDisk(images.disks.gpt, sizeMiB, tree);
	await writeBareDisk(images.disks.bare, sizeMiB, tree);
	await writeBareDisk(source, sourceMiB, tree);
	await $`rm -r --one-file-system ${tree}`;
	say(`making the disks of the layouts ${installedLayouts.join(' and ')}, each within a guest`);
	const {kernel, initrd} = images;
	await allEnded(
		installedLayouts.map(async layout =>
			installLayout({kernel, initrd, layout, source, target: images.disks[layout], sizeMiB}),
		),
	);
	await rm(source);
};

const letIn = async (keyFile: string, tree: string): Promise<void> => {
	await $`ssh-keygen -q -t ed25519 -N ${''} -C appliance -f ${keyFile}`;
	const home = path.join(tree, 'root/.ssh');
	await mkdir(home, {mode: 0o700, recursive: true});
	await rename(`${keyFile}.pub`, path.join(home, 'authorized_keys'));
};

/** Over every file that the images are made from or by. */
const builderHash = async (): Promise<string> => {
	const hash = createHash('sha256');
	const root = path.join(import.meta.dirname, '..');
	for (const folder of ['guest', 'image']) {
		const entries = await readdir(path.join(root, folder), {recursive: true, withFileTypes: true});
		const files = entries
			.filter(entry => entry.isFile())
			.map(entry => path.join(entry.parentPath, entry.name));
		for (const file of files.sort()) {
			hash.update(`${path.relative(root, file)}\0`).update(await readFile(file));
		}
	}

	return hash.digest('hex').slice(0, 16);
};

const exists = async (file: string): Promise<boolean> =>
	stat(file).then(
		() => true,
		() => false,
	);
