import {writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {SanitizeError} from '../../../src/errors.ts';
import {unmountTree} from '../../../src/hosts/ram/free-disk.ts';
import {loopsOn} from '../../../src/hosts/ram/loops.ts';
import {mountsToGo, unmountAll} from '../../../src/hosts/ram/mounts.ts';
import {swapsOn} from '../../../src/hosts/ram/swaps.ts';
import {blockTree, disks, madeUp, mountLine} from '../../_helpers/ram-tree.ts';

/** After systemd-shutdown has pivoted: LVM root, /dev, /proc, /sys and /run bound. */
const pivoted = {
	...disks,
	...blockTree('dm-0', '253:0', {slaves: ['sda/sda2'], attributes: {'dm/name': 'vg-root'}}),
	'proc/self/mountinfo': [
		mountLine(20, '253:0', '/oldroot', 'ext4', '/dev/mapper/vg-root'),
		mountLine(21, '0:5', '/oldroot/dev', 'devtmpfs', 'udev'),
		mountLine(22, '0:22', '/oldroot/dev/pts', 'devpts', 'devpts'),
		mountLine(23, '8:1', '/oldroot/boot', 'ext4', '/dev/sda1'),
		mountLine(24, '8:16', '/oldroot/mnt/usb', 'vfat', '/dev/sdb'),
		mountLine(25, '0:23', '/oldroot/run', 'tmpfs', 'tmpfs'),
		mountLine(40, '0:30', '/', 'tmpfs', 'zeroize'),
		mountLine(41, '0:5', '/dev', 'devtmpfs', 'udev'),
		mountLine(42, '0:24', '/proc', 'proc', 'proc'),
		mountLine(43, '0:25', '/sys', 'sysfs', 'sysfs'),
		mountLine(44, '0:23', '/run', 'tmpfs', 'tmpfs'),
		mountLine(45, '0:4', '/run/netns/blue', 'nsfs', 'nsfs'),
		mountLine(46, '0:40', '/run/overlay', 'overlay', 'overlay', 'rw,lowerdir=/a:/b,upperdir=/boot/up'),
		mountLine(47, '8:1', '/run/bound', 'ext4', '/dev/sda1'),
		mountLine(48, '8:16', '/run/keep', 'vfat', '/dev/sdb'),
		mountLine(49, '0:41', '/oldroot/net', 'nfs4', 'server:/export'),
		mountLine(50, '0:42', '/oldrooted', 'tmpfs', 'tmpfs'),
	].join(''),
};

test('all of the old root goes, deepest first and itself last; of the rest what stands on the disk', async t => {
	const {freeing} = await madeUp(t, pivoted);
	const places = (await mountsToGo(freeing)).map(({mountPoint}) => mountPoint);
	t.deepEqual(places, [
		'/run/netns/blue',
		'/oldroot/mnt/usb',
		'/oldroot/dev/pts',
		'/oldroot/net',
		'/run/bound',
		'/run/overlay',
		'/oldroot/run',
		'/oldroot/boot',
		'/oldroot/dev',
		'/oldroot',
	]);
});

test('what is to be kept is kept', async t => {
	const {freeing} = await madeUp(t, pivoted);
	const places = (await mountsToGo({...freeing, keep: ['/run/bound', '/oldroot/net']})).map(
		({mountPoint}) => mountPoint,
	);
	t.false(places.includes('/run/bound'));
	t.false(places.includes('/oldroot/net'));
	t.is(places.length, 8);
});

test('no mount is left to a lazy unmount, and only a network is not waited for', async t => {
	const {freeing, commands, lines} = await madeUp(t, pivoted);
	await unmountAll(freeing);
	t.false(commands.some(command => /lazy| -l/.test(command)));
	t.deepEqual(
		commands.filter(command => command.includes('--force')),
		['umount --no-canonicalize --force /oldroot/net'],
	);
	t.is(commands.at(-1), 'umount --no-canonicalize /oldroot');
	t.is(lines.at(-1), 'unmounted /oldroot (ext4 of /dev/mapper/vg-root)');
});

test('the tree is unmounted without closing what it stood on', async t => {
	const {freeing, commands} = await madeUp(t, pivoted, (command, root) => {
		if (command.endsWith(' /oldroot')) {
			writeFileSync(path.join(root, 'proc/self/mountinfo'), mountLine(40, '0:30', '/', 'tmpfs', 'zeroize'));
		}
	});
	t.deepEqual(await unmountTree(freeing), []);
	t.is(commands.length, 10);
	t.deepEqual([...new Set(commands.map(command => command.split(' ', 1)[0]))], ['umount']);
});

test('a root that is on the disk itself is never unmounted, and never taken for free', async t => {
	const {freeing, commands} = await madeUp(t, {
		...disks,
		'proc/self/mountinfo': mountLine(20, '8:1', '/', 'ext4', '/dev/sda1'),
	});
	t.deepEqual(await unmountAll(freeing), [
		{what: '/ (ext4 of /dev/sda1)', reason: 'it is the root that this program runs in'},
	]);
	t.deepEqual(commands, []);
});

test('processes are found by names alone, on the mount that is busy and on no other', async t => {
	const busy = 'umount failed with exit code 32: umount: target is busy.';
	const {freeing} = await madeUp(
		t,
		{
			...pivoted,
			'proc/12/cwd': '-> /oldroot/boot/grub',
			'proc/12/comm': 'bash\n',
			'proc/13/fd/4': '-> /oldroot/var/log/journal',
			'proc/13/comm': 'journald\n',
			'proc/14/maps':
				'7f01-7f02 r-xp 00000000 fd:00 1234                       /oldroot/usr/lib/libc.so.6\n7f03-7f04 rw-p 00000000 00:00 0 \n',
			'proc/15/fd/1': '-> /dev/console',
			'proc/15/cwd': '-> /',
			'proc/self/fd/1': '-> /oldroot/var',
		},
		() => {
			throw new SanitizeError('TOOL_FAILED', busy);
		},
	);
	const left = await unmountAll(freeing);
	const reasonOf = (start: string) => left.find(({what}) => what.startsWith(start))?.reason;
	t.is(reasonOf('/oldroot/boot '), 'in use by process 12 (bash)');
	t.is(reasonOf('/oldroot '), 'in use by process 13 (journald), process 14 (ended)');
	t.is(reasonOf('/oldroot/dev '), '/oldroot/dev/pts is still mounted');
	t.is(reasonOf('/run/bound '), busy);
});

test('swap is known by partition, by mapping and by file, under the names that it has after the pivot', async t => {
	const {freeing, root} = await madeUp(t, {
		...pivoted,
		...blockTree('dm-1', '253:1', {slaves: ['sda/sda2'], attributes: {'dm/name': 'vg-swap'}}),
		...blockTree('zram0', '254:0'),
	});
	const names = [
		'/oldroot/dev/dm-1',
		'/dev/sda1',
		'/oldroot/swap\\040file',
		'/dev/sdb',
		'/oldroot/mnt/usb/swap',
		'/dev/zram0',
	];
	writeFileSync(
		path.join(root, 'proc/swaps'),
		`Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n${names.map(name => `${name} file\t\t1024\t\t0\t\t-2\n`).join('')}`,
	);
	t.deepEqual(await swapsOn(freeing), ['/oldroot/dev/dm-1', '/dev/sda1', '/oldroot/swap file']);
});

test('loop devices are known by the disk under their file, or by the node that they are on', async t => {
	const loop = (index: number, file: string) =>
		blockTree(`loop${index}`, `7:${index}`, {attributes: {'loop/backing_file': file}});
	const {freeing} = await madeUp(t, {
		...pivoted,
		...loop(0, '/oldroot/images/a.img'),
		...loop(1, '/oldroot/mnt/usb/b.img'),
		...loop(2, '/dev/sda1'),
		...loop(3, '/inner/c.img'),
		...blockTree('loop4', '7:4'),
		'proc/self/mountinfo': `${pivoted['proc/self/mountinfo']}${mountLine(60, '7:0', '/inner', 'ext4', '/dev/loop0')}`,
	});
	t.deepEqual(await loopsOn(freeing), ['/dev/loop3', '/dev/loop0', '/dev/loop2']);
});
