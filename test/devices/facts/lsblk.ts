import test from 'ava';
import {describeBlock} from '../../../src/devices/facts/block-facts.ts';
import {readContents} from '../../../src/devices/facts/contents.ts';
import {kindOf} from '../../../src/devices/facts/holders.ts';
import {lsblk, parseLsblk} from '../../../src/devices/facts/lsblk.ts';
import {temporaryDirectory} from '../../_helpers/loop.ts';
import {answering, lsblkOutput, writeTree} from '../../_helpers/surroundings.ts';

const describe = async (file: string, tree: Readonly<Record<string, string>> = {}) => {
	await using directory = await temporaryDirectory();
	await writeTree(directory.path, {'proc/self/mountinfo': '', ...tree});
	const [node] = parseLsblk(await lsblkOutput(file));
	if (!node) {
		throw new Error(`${file} has no device`);
	}

	const {totalBytes, logicalSectorBytes, physicalSectorBytes, readOnly} = node;
	const geometry = {totalBytes, logicalSectorBytes, physicalSectorBytes, readOnly};
	const tools = answering({blkid: {exitCode: 2}});
	return await describeBlock(
		{target: node.name, path: node.name, node, geometry},
		{tools, root: directory.path},
	);
};

test('a disk with partitions: facts, partitions, mount points', async t => {
	t.deepEqual(await describe('2.38.1-gpt.json'), {
		target: '/dev/sda',
		path: '/dev/sda',
		kind: 'disk',
		deviceNumber: '8:0',
		diskSequence: null,
		manufacturer: null,
		model: 'KINGSTON_SH103S3',
		serial: '50026B7228010E3C',
		wwn: '0x50026b7228010e3c',
		totalBytes: 240_057_409_536,
		logicalSectorBytes: 512,
		physicalSectorBytes: 512,
		rotational: false,
		transport: null,
		readOnly: false,
		mountPoints: ['/boot/efi', '/'],
		holders: [],
		partitions: [
			{path: '/dev/sda1', totalBytes: 209_715_200, fileSystem: 'vfat', label: 'EFI'},
			{path: '/dev/sda2', totalBytes: 239_845_376_000, fileSystem: 'ext4', label: 'root'},
		],
		contents: {partitionTable: 'gpt', fileSystem: null, label: null},
		isSystemDisk: false,
	});
});

test('an NVMe disk: transport, and swap on a partition', async t => {
	const facts = await describe('2.38.1-nvme.json');
	t.is(facts.transport, 'nvme');
	t.is(facts.serial, '50026B7282087B3D');
	t.deepEqual(facts.holders, [{kind: 'swap', name: '/dev/nvme0n1p1'}]);
	t.deepEqual(facts.mountPoints, ['/home']);
});

test('LVM and dm-crypt: holders by name, mount points through the stack, swap by its dm name', async t => {
	const facts = await describe('2.38.1-lvm-crypt.json', {
		'proc/swaps':
			'Filename\tType\tSize\tUsed\tPriority\n/dev/dm-1  partition\t4194300\t0\t-2\n/swap\\040file file\t1\t0\t-3\n',
	});
	t.deepEqual(facts.holders, [
		{kind: 'lvm', name: '/dev/mapper/vg_foo.4059-lv_root'},
		{kind: 'crypt', name: '/dev/mapper/luks-root'},
		{kind: 'lvm', name: '/dev/mapper/vg_foo.4059-lv_swap'},
		{kind: 'swap', name: '/dev/dm-1'},
	]);
	t.deepEqual(facts.mountPoints, ['/boot', '/']);
});

test('md: the array is a holder of each member', async t => {
	const facts = await describe('2.38.1-raid1.json');
	t.deepEqual(facts.holders, [{kind: 'raid', name: '/dev/md127'}]);
	t.deepEqual(facts.mountPoints, ['/srv']);
	t.deepEqual(
		facts.partitions.map(({path}) => path),
		['/dev/sda1'],
	);
});

test('multipath: the map is a holder, and its partitions are not those of the path', async t => {
	const facts = await describe('2.38.1-multipath.json');
	t.is(facts.manufacturer, 'LIO-ORG');
	t.deepEqual(facts.holders, [{kind: 'mpath', name: '/dev/mapper/mpatha'}]);
	t.deepEqual(facts.partitions, []);
	t.deepEqual(facts.mountPoints, ['/san']);
});

test('what lsblk does not show is found in sysfs and mountinfo', async t => {
	const facts = await describe('2.38.1-gpt.json', {
		'sys/devices/block/sda/holders/bcache0': '',
		'sys/devices/block/sda/device/vpd_pg80': '\0\u0080\0\u0010 FROM-THE-KERNEL ',
		'sys/dev/block/8:0': '-> ../../devices/block/sda',
		'sys/block/loop3/loop/backing_file': '/dev/sda2\n',
		'sys/block/loop4/loop/backing_file': '/elsewhere\n',
		'proc/self/mountinfo':
			'1 1 8:2 / / rw - ext4 /dev/sda2 rw\n2 1 8:2 /sub /bind\\040mount rw - ext4 /dev/sda2 rw\n3 1 0:50 / /data rw - btrfs /dev/sda1 rw\n',
	});
	t.deepEqual(facts.holders, [
		{kind: 'other', name: '/dev/bcache0'},
		{kind: 'loop', name: '/dev/loop3'},
	]);
	t.deepEqual(facts.mountPoints, ['/boot/efi', '/', '/bind mount', '/data']);
	t.is(facts.serial, 'FROM-THE-KERNEL');
});

test('the device under / is the system disk', async t => {
	const tree = {
		'sys/devices/block/sda/dev': '8:0\n',
		'sys/devices/block/sda/sda2/dev': '8:2\n',
		'sys/devices/block/sda/sda2/partition': '2\n',
		'sys/dev/block/8:0': '-> ../../devices/block/sda',
		'sys/dev/block/8:2': '-> ../../devices/block/sda/sda2',
		'proc/self/mountinfo': '1 1 8:2 / / rw - ext4 /dev/sda2 rw\n',
	};
	t.true((await describe('2.38.1-gpt.json', tree)).isSystemDisk);
});

test('the kinds of device', t => {
	t.deepEqual(
		[
			'disk',
			'part',
			'loop',
			'lvm',
			'crypt',
			'raid1',
			'md',
			'dmraid',
			'mpath',
			'rom',
			'bcache',
			'unknown',
		].map(kindOf),
		['disk', 'partition', 'loop', 'lvm', 'crypt', 'raid', 'raid', 'raid', 'mpath', 'rom', 'other', 'other'],
	);
});

test('text that a disk chose cannot deceive a terminal', t => {
	const serial = '\u001B[2Jgood\u202E\0\0';
	const [node] = parseLsblk(
		JSON.stringify({blockdevices: [{name: '/dev/sda', 'maj:min': '8:0', serial, model: '  '}]}),
	);
	t.is(node?.serial, '?[2Jgood?');
	t.is(node?.model, null);
});

test('keys that are missing are not known', t => {
	const [node] = parseLsblk('{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0"}]}');
	t.like(node, {type: 'unknown', totalBytes: 0, rotational: null, serial: null, kernelName: '/dev/sda'});
});

test('where udev does not run, blkid says what is on the device', async t => {
	const [node] = parseLsblk('{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0","pttype":null}]}');
	const empty = {partitionTable: null, fileSystem: null, label: null};
	const read = async (blkid: Parameters<typeof answering>[0][string]) =>
		node && readContents(node, answering({blkid}));
	t.deepEqual(await read('DEVNAME=/dev/sda\nLABEL=data\nVERSION=1.0\nTYPE=ext4\nUSAGE=filesystem\n'), {
		...empty,
		fileSystem: 'ext4',
		label: 'data',
	});
	t.deepEqual(await read('DEVNAME=/dev/sda\nPTUUID=1\nPTTYPE=gpt\n'), {...empty, partitionTable: 'gpt'});
	t.deepEqual(await read({exitCode: 2}), empty);
	t.deepEqual(
		await read(() => {
			throw new Error('no blkid');
		}),
		empty,
	);
});

test('values that are strings, as before util-linux 2.33', t => {
	const text =
		'{"blockdevices":[{"name":"/dev/sda","maj:min":" 8:0 ","size":"4096","ro":"1","rota":"0","mountpoint":"/mnt"}]}';
	t.like(parseLsblk(text)[0], {totalBytes: 4096, readOnly: true, rotational: false, mountPoints: ['/mnt']});
});

for (const text of [
	'',
	'lsblk: nonsense',
	'[]',
	'{"blockdevices":{}}',
	'{"blockdevices":[{"name":"/dev/sda"}]}',
	'{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0","size":-1}]}',
	'{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0","size":"many"}]}',
	'{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0","children":[{"name":7}]}]}',
]) {
	test(`output that lsblk cannot have written is refused: ${text}`, t => {
		const error = t.throws(() => parseLsblk(text), {code: 'TOOL_FAILED'});
		t.regex(error?.message ?? '', /^listing block devices: lsblk: /);
	});
}

test('an lsblk that knows fewer columns is asked for those', async t => {
	const asked: string[] = [];
	const tools = answering({
		lsblk: args => {
			asked.push(args[4] ?? '');
			return args[4]?.includes('MOUNTPOINTS')
				? {exitCode: 1, stderr: 'lsblk: unknown column: PATH,MOUNTPOINTS\n'}
				: '{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0"}]}';
		},
	});
	t.is((await lsblk(tools, '/dev/sda')).length, 1);
	t.is(asked.length, 2);
	t.false(asked[1]?.includes('PATH'));
});

for (const stderr of [
	'lsblk: failed to access sysfs directory: /sys/dev/block: No such file or directory',
	'lsblk: unknown column: NAME',
]) {
	test(`a failing lsblk is an error: ${stderr}`, async t => {
		await t.throwsAsync(lsblk(answering({lsblk: {exitCode: 1, stderr}})), {code: 'TOOL_FAILED'});
	});
}
