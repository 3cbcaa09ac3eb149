import test from 'ava';
import {disksBehind} from '../../../src/devices/facts/system-disk.ts';
import {temporaryDirectory} from '../../_helpers/loop.ts';
import {real, writeTree} from '../../_helpers/surroundings.ts';

const mount = (
	deviceNumber: string,
	mountPoint: string,
	fileSystem: string,
	source: string,
	options = 'rw',
) => `30 1 ${deviceNumber} / ${mountPoint} rw,relatime shared:1 - ${fileSystem} ${source} ${options}\n`;

/** sysfs of a whole disk or mapping. */
const device = (name: string, number: string, extra: Readonly<Record<string, string>> = {}) => ({
	[`sys/devices/block/${name}/dev`]: `${number}\n`,
	[`sys/dev/block/${number}`]: `-> ../../devices/block/${name}`,
	[`sys/class/block/${name.split('/').at(-1)}`]: `-> ../../devices/block/${name}`,
	...Object.fromEntries(
		Object.entries(extra).map(([file, text]) => [`sys/devices/block/${name}/${file}`, text]),
	),
});

const partition = (disk: string, name: string, number: string) =>
	device(`${disk}/${name}`, number, {partition: '1\n'});

const standingOn = (...paths: readonly string[]) =>
	Object.fromEntries(paths.map(path => [`slaves/${path.split('/').at(-1)}`, `-> ../../${path}`]));

const twoDisks = {
	...device('sda', '8:0'),
	...partition('sda', 'sda1', '8:1'),
	...device('sdb', '8:16'),
	...partition('sdb', 'sdb1', '8:17'),
};

const cases: ReadonlyArray<readonly [string, Readonly<Record<string, string>>, readonly string[]]> = [
	[
		'a bare disk',
		{...device('vda', '254:0'), 'proc/self/mountinfo': mount('254:0', '/', 'ext4', '/dev/vda')},
		['254:0'],
	],
	[
		'a partition',
		{...twoDisks, 'proc/self/mountinfo': mount('8:1', '/', 'ext4', '/dev/sda1')},
		['8:1', '8:0'],
	],
	[
		'LVM on a partition',
		{
			...twoDisks,
			...device('dm-0', '253:0', standingOn('sda/sda1')),
			'proc/self/mountinfo': mount('253:0', '/', 'xfs', '/dev/mapper/vg-root'),
		},
		['253:0', '8:1', '8:0'],
	],
	[
		'LUKS on LVM on two disks',
		{
			...twoDisks,
			...device('dm-0', '253:0', standingOn('sda/sda1', 'sdb/sdb1')),
			...device('dm-1', '253:1', standingOn('dm-0')),
			'proc/self/mountinfo': mount('253:1', '/', 'ext4', '/dev/mapper/luks-root'),
		},
		['253:1', '253:0', '8:1', '8:0', '8:17', '8:16'],
	],
	[
		'md raid1 of two partitions',
		{
			...twoDisks,
			...device('md127', '9:127', standingOn('sda/sda1', 'sdb/sdb1')),
			'proc/self/mountinfo': mount('9:127', '/', 'ext4', '/dev/md127'),
		},
		['9:127', '8:1', '8:0', '8:17', '8:16'],
	],
	['btrfs', {...twoDisks, 'proc/self/mountinfo': mount('0:31', '/', 'btrfs', '/dev/sda1')}, ['8:1', '8:0']],
	[
		'btrfs on two disks',
		{
			...twoDisks,
			'sys/fs/btrfs/features/raid56': '0\n',
			'sys/fs/btrfs/0123/devices/sda1': '-> ../../../../devices/block/sda/sda1',
			'sys/fs/btrfs/0123/devices/sdb1': '-> ../../../../devices/block/sdb/sdb1',
			'proc/self/mountinfo': mount('0:31', '/', 'btrfs', '/dev/sda1'),
		},
		['8:1', '8:0', '8:17', '8:16'],
	],
	[
		'btrfs on a mapping',
		{
			...twoDisks,
			...device('dm-0', '253:0', {'dm/name': 'luks-root\n', ...standingOn('sda/sda1')}),
			'proc/self/mountinfo': mount('0:31', '/', 'btrfs', '/dev/mapper/luks-root'),
		},
		['253:0', '8:1', '8:0'],
	],
	[
		'bcachefs on two disks',
		{...twoDisks, 'proc/self/mountinfo': mount('0:31', '/', 'bcachefs', '/dev/sda:/dev/sdb')},
		['8:0', '8:16'],
	],
	[
		'an overlay of nothing',
		{...twoDisks, 'proc/self/mountinfo': mount('0:40', '/', 'overlay', 'overlay')},
		[],
	],
	[
		'an overlay that writes to a partition',
		{
			...twoDisks,
			'proc/self/mountinfo':
				mount('0:40', '/', 'overlay', 'overlay', 'rw,lowerdir=/ro,upperdir=/mnt/data/up') +
				mount('8:17', '/mnt/data', 'ext4', '/dev/sdb1').replace('30', '31'),
		},
		['8:17', '8:16'],
	],
	[
		'a loop device over a file on a partition',
		{
			...twoDisks,
			...device('loop0', '7:0', {'loop/backing_file': '/images/root.img\n'}),
			'proc/self/mountinfo':
				mount('7:0', '/', 'squashfs', '/dev/loop0') +
				mount('8:1', '/images', 'ext4', '/dev/sda1').replace('30', '31'),
		},
		['7:0', '8:1', '8:0'],
	],
	['tmpfs', {...twoDisks, 'proc/self/mountinfo': mount('0:25', '/', 'tmpfs', 'tmpfs')}, []],
	[
		'an unknown source',
		{...twoDisks, 'proc/self/mountinfo': mount('0:25', '/', 'btrfs', '/dev/nothing')},
		[],
	],
	[
		'a mount over an older one',
		{
			...twoDisks,
			'proc/self/mountinfo':
				mount('0:2', '/', 'rootfs', 'rootfs') + mount('8:1', '/', 'ext4', '/dev/sda1').replace('30', '31'),
		},
		['8:1', '8:0'],
	],
];

for (const [name, tree, expected] of cases) {
	test(`/ on ${name} is on ${expected.length === 0 ? 'no device' : expected.join(', ')}`, async t => {
		await using directory = await temporaryDirectory();
		await writeTree(directory.path, tree);
		t.deepEqual(await disksBehind('/', directory.path), [...expected]);
	});
}

test('a path is on the longest mount point above it, also when it does not exist yet', async t => {
	await using directory = await temporaryDirectory();
	await writeTree(directory.path, {
		...twoDisks,
		'proc/self/mountinfo':
			mount('8:1', '/', 'ext4', '/dev/sda1') +
			mount('8:17', '/opt/log\\040dir', 'ext4', '/dev/sdb1') +
			mount('0:25', '/opt/log', 'tmpfs', 'tmpfs'),
	});
	t.deepEqual(await disksBehind('/opt/log dir/zeroize/1', directory.path), ['8:17', '8:16']);
	t.deepEqual(await disksBehind('/opt/log/zeroize', directory.path), []);
	t.deepEqual(await disksBehind('/opt/logs', directory.path), ['8:1', '8:0']);
});

test('a machine whose mounts cannot be read is not said to be free', async t => {
	await using directory = await temporaryDirectory();
	const error = await t.throwsAsync(disksBehind('/', directory.path), {code: 'UNSUPPORTED'});
	t.regex(error?.message ?? '', /mountinfo cannot be read/);
});

test('the real root is on a real device or on none', async t => {
	for (const number of await disksBehind('/', real.root)) {
		t.regex(number, /^[1-9]\d*:\d+$/);
	}

	t.deepEqual(await disksBehind('/proc', real.root), []);
});
