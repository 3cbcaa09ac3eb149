import {mkdir, readdir, readFile, stat, symlink} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {deliverOnce} from '../../src/destinations/delivery.ts';
import type {Parcel, PlannedDestination} from '../../src/destinations/destination.ts';
import {runFile} from '../_helpers/cli.ts';
import {deliverySurroundings, folder, look, parcel} from '../_helpers/delivery.ts';
import {type EvidenceDisk, evidenceDisk} from '../_helpers/evidence-disk.ts';
import {failure} from '../_helpers/failure.ts';
import {attachLoop, isRoot} from '../_helpers/loop.ts';
import {fillUp} from '../_helpers/tmpfs.ts';

const real = isRoot ? test : test.skip;

const deliver = async (destination: PlannedDestination, what: Parcel = parcel) =>
	deliverOnce(destination, what, deliverySurroundings());

/** Names and texts in a directory of the disk. */
const filesOn = async (disk: EvidenceDisk, directory: string): Promise<Readonly<Record<string, string>>> =>
	disk.mounted(async root => {
		const place = path.join(root, directory);
		const names = await readdir(place).catch(() => []);
		const entries = names
			.filter(name => name !== 'lost+found')
			.map(async name => [name, await readFile(path.join(place, name), 'utf8').catch(() => '')] as const);
		return Object.fromEntries(await Promise.all(entries));
	});

const expected = Object.fromEntries(parcel.files.map(({name, text}) => [name, text]));

const isMounted = async (node: string): Promise<boolean> =>
	(await readFile('/proc/self/mountinfo', 'utf8')).includes(` ${node} `);

for (const [title, nameOf] of Object.entries({
	label: async ({label}: EvidenceDisk) => `LABEL=${label}`,
	UUID: async ({node}: EvidenceDisk) => {
		const {stdout} = await runFile('blkid', ['-p', '-s', 'UUID', '-o', 'value', node]);
		return `UUID=${stdout.trim()}`;
	},
	node: async ({node}: EvidenceDisk) => node,
})) {
	real(`the records go to a disk that is named by its ${title}, for their owner alone`, async t => {
		const disk = await evidenceDisk(t);
		const destination = await look(`disk:${await nameOf(disk)}:/a/b c`);
		t.deepEqual(destination.tools, ['blkid', 'mount', 'umount']);
		t.is(destination.found, `${disk.node}, ext4`);
		t.is(await deliver(destination), `/a/b c/${folder} on ${disk.node}`);
		t.false(await isMounted(disk.node));
		t.deepEqual(await filesOn(disk, `a/b c/${folder}`), expected);
		await disk.mounted(async root => {
			const {mode, uid} = await stat(path.join(root, 'a/b c', folder, 'run.log'));
			t.deepEqual([mode & 0o777, uid], [0o600, 0]);
			t.is((await stat(path.join(root, 'a'))).mode & 0o777, 0o700);
		});
	});
}

real('again with the same files nothing more is written; another text never replaces one', async t => {
	const disk = await evidenceDisk(t);
	const destination = await look(`disk:LABEL=${disk.label}`);
	await deliver(destination);
	await deliver(destination);
	t.deepEqual(await filesOn(disk, folder), expected);
	const [journal] = parcel.files;
	await deliver(destination, {...parcel, files: journal ? [{...journal, text: 'more'}] : []});
	t.deepEqual(await filesOn(disk, folder), {...expected, 'journal-2.jsonl': 'more'});
});

real('a disk that is mounted elsewhere stays mounted there', async t => {
	const disk = await evidenceDisk(t);
	const destination = await look(`disk:${disk.node}`);
	await disk.mounted(async root => {
		await deliver(destination);
		t.true(await isMounted(disk.node));
		t.is(await readFile(path.join(root, folder, 'run.log'), 'utf8'), expected['run.log'] ?? '');
	});
});

real('a disk that cannot be mounted writable confirms nothing', async t => {
	const disk = await evidenceDisk(t);
	const destination = await look(`disk:${disk.node}`);
	await disk.mounted(async () => {
		const error = await failure(t, deliver(destination));
		t.is(error.code, 'DELIVERY_FAILED');
		t.regex(error.message, /: read-only file system$/);
		t.regex(error.hint ?? '', /read-only: name another place/);
	}, 'ro');
	t.deepEqual(await filesOn(disk, ''), {});
});

real('a full disk confirms nothing, and keeps no half of a file', async t => {
	const disk = await evidenceDisk(t, {bytes: 1024 * 1024});
	await disk.mounted(async root => fillUp(root).catch(() => {}));
	const destination = await look(`disk:LABEL=${disk.label}`);
	const files = [{name: 'run.log', mediaType: 'text/plain', text: 'x'.repeat(700_000)}];
	const error = await failure(t, deliver(destination, {...parcel, files}));
	t.is(error.code, 'DELIVERY_FAILED');
	t.regex(error.message, /no space left on device/);
	t.regex(error.hint ?? '', /make room there/);
	t.false(error.message.includes('/run/'));
	t.false(await isMounted(disk.node));
	t.deepEqual(await filesOn(disk, folder), {});
});

real('what is behind a symbolic link on the disk is left alone', async t => {
	const [disk, other] = [await evidenceDisk(t), await evidenceDisk(t)];
	await other.mounted(async elsewhere => {
		await disk.mounted(async root => symlink(elsewhere, path.join(root, 'records')));
		const error = await failure(t, deliver(await look(`disk:LABEL=${disk.label}:/records`)));
		t.is(error.code, 'DELIVERY_FAILED');
		t.regex(error.message, /: records on it is not a directory/);
		t.deepEqual(await readdir(elsewhere), ['lost+found']);
	});
	t.false(await isMounted(disk.node));
});

real('a directory that stands where a file should be makes another name', async t => {
	const disk = await evidenceDisk(t);
	await disk.mounted(async root => mkdir(path.join(root, folder, 'run.log'), {recursive: true}));
	await deliver(await look(`disk:LABEL=${disk.label}`));
	t.like(await filesOn(disk, folder), {'run-2.log': expected['run.log']});
});

real('a disk that comes back under another name is found again', async t => {
	const disk = await evidenceDisk(t);
	const destination = await look(`disk:LABEL=${disk.label}`);
	// Another attachment of the same image, while its old name has something else.
	await using again = await attachLoop(disk.image, {directIo: false});
	const {node, type, ...rest} = destination.resolved as {node: string; type: string};
	const stranger = await evidenceDisk(t);
	const moved = {...destination, resolved: {...rest, type, node: stranger.node}};
	await runFile('losetup', ['--detach', disk.node]);
	try {
		t.is(await deliver(moved), `/${folder} on ${again.path}`);
		t.not(node, again.path);
	} finally {
		await runFile('losetup', [disk.node, disk.image]);
	}

	t.deepEqual(await filesOn(stranger, ''), {});
	t.deepEqual(await filesOn(disk, folder), expected);
});

real('a FAT file system is found by its label; whether it can be used is up to the kernel', async t => {
	const disk = await evidenceDisk(t, {type: 'vfat', label: `FAT${process.pid % 10_000}`});
	const destination = await look(`disk:LABEL=${disk.label}`);
	t.is(destination.found, `${disk.node}, vfat`);
	const hasDriver = /\tvfat$/m.test(await readFile('/proc/filesystems', 'utf8'));
	if (hasDriver) {
		await deliver(destination);
		t.deepEqual(await filesOn(disk, folder), expected);
	} else {
		const error = await failure(t, deliver(destination));
		t.regex(error.message, /mount: unknown filesystem type 'vfat'/);
		t.regex(error.hint ?? '', /possible to mount it writable: mount -t vfat/);
		t.false(await isMounted(disk.node));
	}
});
