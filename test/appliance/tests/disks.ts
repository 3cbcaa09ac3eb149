import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {$} from 'zx';
import {temporaryDirectory} from '../../_helpers/loop.ts';
import {writeBareDisk, writeGptDisk} from '../image/file-systems.ts';

const treeIn = async (t: ExecutionContext) => {
	const {path: directory, [Symbol.asyncDispose]: dispose} = await temporaryDirectory();
	t.teardown(async () => dispose());
	const tree = path.join(directory, 'root');
	await mkdir(path.join(tree, 'etc'), {recursive: true});
	await mkdir(path.join(tree, 'var/log'), {recursive: true});
	await writeFile(path.join(tree, 'var/log/messages'), 'in /var\n');
	return {tree, image: path.join(directory, 'disk.raw'), part: path.join(directory, 'part.raw')};
};

const contentOf = async (image: string, file: string): Promise<string> =>
	(await $`debugfs -R ${`cat ${file}`} ${image}`.quiet()).stdout;

test('a bare disk is one ext4 with its swap file, and leaves the tree as it was', async t => {
	const {tree, image} = await treeIn(t);
	await writeBareDisk(image, 128, tree);
	t.is((await $`blkid -o value -s LABEL ${image}`.quiet()).stdout, 'root\n');
	t.regex(await contentOf(image, '/etc/fstab'), /^LABEL=root \/ ext4 .*\n\/swapfile none swap/);
	t.is(await contentOf(image, '/var/log/messages'), 'in /var\n');
	t.is(
		(await $`debugfs -R ${'stat /swapfile'} ${image}`.quiet()).stdout.match(/Size: (\d+)/)?.[1],
		'67108864',
	);
	t.is((await $`ls ${tree}`.quiet()).stdout, 'etc\nvar\n');
});

test('a GPT disk has /, /var and swap in partitions', async t => {
	const {tree, image, part} = await treeIn(t);
	await writeGptDisk(image, 1024, tree);
	const {partitiontable} = JSON.parse((await $`sfdisk --json ${image}`.quiet()).stdout);
	t.is(partitiontable.label, 'gpt');
	const labels: string[] = [];
	for (const {start, size} of partitiontable.partitions) {
		await $`dd if=${image} of=${part} bs=1M skip=${start / 2048} count=${size / 2048} conv=sparse status=none`;
		labels.push((await $`blkid -o value -s LABEL ${part}`.quiet()).stdout.trim());
		if (labels.length === 2) {
			t.is(await contentOf(part, '/log/messages'), 'in /var\n');
		}
	}

	t.deepEqual(labels, ['root', 'var', 'swap']);
	t.is(await readFile(path.join(tree, 'var/log/messages'), 'utf8'), 'in /var\n');
});
