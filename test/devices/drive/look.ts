import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {DeviceFacts} from '../../../src/devices/device.ts';
import {withDrive} from '../../../src/devices/drive/look.ts';
import {runFile} from '../../_helpers/cli.ts';
import {capture, withoutTools} from '../../_helpers/drive.ts';
import {type Answer, fakeTools, temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {attachLoop, isRoot} from '../../_helpers/loop.ts';
import {memoryFacts} from '../../_helpers/plan.ts';
import {answering, real, writeTree} from '../../_helpers/surroundings.ts';

const disk = (changes: Partial<DeviceFacts>): DeviceFacts =>
	memoryFacts({kind: 'disk', deviceNumber: '8:0', ...changes});

/** A tree of /sys with one disk of this name. */
const treeOf = async (
	t: ExecutionContext,
	name: string,
	files: Readonly<Record<string, string>> = {},
): Promise<string> => {
	const root = await temporaryDirectory(t);
	const directory = name.startsWith('nvme') ? 'sys/devices/nvme/nvme0' : 'sys/devices/block';
	await writeTree(root, {
		...Object.fromEntries(
			Object.entries(files).map(([file, text]) => [path.join(directory, name, file), text]),
		),
		[`${directory}/${name}/dev`]: '8:0\n',
		[`${directory}/${name}/queue/discard_max_bytes`]: '4096\n',
		'sys/dev/block/8:0': `-> ${path.join(root, directory, name)}`,
	});
	return root;
};

const allTools = [
	'nvme',
	'hdparm',
	'sg_opcodes',
	'sg_requests',
	'smartctl',
	'sedutil-cli',
	'mmc',
	'cryptsetup',
];

const look = async (
	t: ExecutionContext,
	facts: DeviceFacts,
	root: string,
	fakes: Readonly<Record<string, readonly Answer[] | string>> = {},
) => {
	const others = Object.fromEntries(allTools.map(name => [name, [{exitCode: 1}]]));
	const {tools, calls} = await fakeTools(t, {...others, ...fakes});
	const {drive} = await withDrive(facts, {tools, root}, {timeoutMs: 20_000});
	const counts = await Promise.all(allTools.map(async name => [name, (await calls(name)).length] as const));
	return {drive, started: Object.fromEntries(counts.filter(([, count]) => count > 0))};
};

test('what is no drive is not asked, and no program is started for it', async t => {
	// A tool that was run would be a mistake of the test.
	const surroundings = {tools: answering({}), root: '/'};
	for (const kind of [
		'file',
		'memory',
		'loop',
		'partition',
		'lvm',
		'raid',
		'crypt',
		'mpath',
		'rom',
	] as const) {
		const facts = memoryFacts({kind, deviceNumber: kind === 'memory' ? null : '7:0'});
		t.is(await withDrive(facts, surroundings), facts, kind);
	}
});

const started = {
	'an NVMe drive': [{transport: 'nvme'}, 'nvme0n1', {nvme: 5, smartctl: 1, 'sedutil-cli': 1}],
	'a SATA disk': [{transport: 'sata'}, 'sda', {hdparm: 3, smartctl: 1, 'sedutil-cli': 1}],
	'a SAS disk': [{transport: 'sas'}, 'sda', {sg_opcodes: 1, sg_requests: 1, smartctl: 1, 'sedutil-cli': 1}],
	'a USB disk': [{transport: 'usb'}, 'sdb', {hdparm: 3, smartctl: 1}],
	'an eMMC': [{transport: null}, 'mmcblk0', {mmc: 1}],
	'a virtio disk': [{transport: 'virtio'}, 'vda', {}],
	'a disk of an unknown driver': [{transport: null}, 'xvda', {}],
} as const;

for (const [title, [changes, name, expected]] of Object.entries(started)) {
	test(`only programs that the drive can understand are started: ${title}`, async t => {
		const result = await look(t, disk(changes), await treeOf(t, name));
		t.deepEqual(result.started, expected);
		t.is(result.drive?.discard?.maxBytes, 4096);
		t.is(result.drive?.selfEncrypting, null);
	});
}

test('a SATA disk behind a SAS adapter takes ATA commands', async t => {
	const root = await treeOf(t, 'sda', {'device/vendor': 'ATA     \n'});
	const result = await look(t, disk({transport: 'sas'}), root);
	t.deepEqual(result.started, {hdparm: 3, smartctl: 1, 'sedutil-cli': 1});
});

const nvme = async (drive: string): Promise<readonly Answer[]> => [
	{args: 'id-ctrl *', stdout: await capture(`nvme-2.3-id-ctrl-${drive}`)},
	{args: 'id-ns *', stdout: await capture(`nvme-2.3-id-ns-${drive}`)},
	{args: 'list-ns *', stdout: await capture('nvme-2.3-list-ns-qemu')},
	{args: 'sanitize-log *', stdout: await capture('nvme-2.3-sanitize-log-done')},
];

test('an NVMe drive of which everything is known', async t => {
	const {drive} = await look(t, disk({transport: 'nvme'}), await treeOf(t, 'nvme0n1', {nsid: '1\n'}), {
		nvme: await nvme('full'),
		smartctl: [{stdout: await capture('smartctl-7.3-nvme-full')}],
		'sedutil-cli': [{stdout: await capture('sedutil-query-not-enabled')}],
	});
	t.like(drive, {
		selfEncrypting: true,
		unknown: [],
		health: {passed: true, percentageUsed: 3},
		opal: {ssc: 'opal-2', lockingEnabled: false},
		discard: {secure: false},
	});
	t.like(drive?.nvme, {controller: '/dev/nvme0', namespaceId: 1, otherNamespaces: [{id: 2, path: null}]});
	t.is(drive?.nvme?.sanitizeStatus?.state, 'done');
});

test('without Security Send there is no TCG, whether it can be asked or not', async t => {
	const {drive} = await look(t, disk({transport: 'nvme'}), await treeOf(t, 'nvme0n1'), {
		nvme: await nvme('plain'),
	});
	t.is(drive?.selfEncrypting, false);
	t.deepEqual(
		drive?.unknown.map(({what}) => what),
		['health'],
	);
});

const hdparm = async (drive: string): Promise<readonly Answer[]> => [
	{args: '-I *', stdout: await capture(`hdparm-9.65-identify-${drive}`)},
	{args: '-N *', stdout: await capture(`hdparm-9.65-max-${drive}`)},
	{args: '--dco-identify *', stdout: await capture(`hdparm-9.65-dco-${drive}`)},
];

test('a USB bridge that gives its own serial number', async t => {
	const root = await treeOf(t, 'sdb');
	const facts = disk({transport: 'usb', serial: 'DB9876543214E'});
	const {drive} = await look(t, facts, root, {hdparm: await hdparm('hidden')});
	t.deepEqual(drive?.bridge, {model: 'ZRO HARDDISK 2000', serial: 'ZRO-HIDDEN-0001', isHonest: false});
	t.is(drive?.hiddenAreas.length, 2);
	const honest = await look(t, {...facts, serial: 'ZRO-HIDDEN-0001'}, root, {hdparm: await hdparm('hidden')});
	t.true(honest.drive?.bridge?.isHonest);
});

test('a disk inside has no bridge', async t => {
	const facts = disk({transport: 'sata'});
	const {drive} = await look(t, facts, await treeOf(t, 'sda'), {hdparm: await hdparm('plain')});
	t.is(drive?.bridge, undefined);
	t.is(drive?.ata?.serial, 'ZRO-PLAIN-0001');
	t.is(drive?.selfEncrypting, null);
});

test('what an eMMC can do is what the kernel can ask of it', async t => {
	const stdout = await capture('mmc-0+git20220624-extcsd-worn');
	const {drive} = await look(t, disk({}), await treeOf(t, 'mmcblk0'), {mmc: [{stdout}]});
	t.true(drive?.discard?.secure);
	t.is(drive?.health?.source, 'mmc');
});

test('no tool at all is a list of gaps', async t => {
	const surroundings = {tools: withoutTools, root: await treeOf(t, 'sda')};
	const {drive} = await withDrive(disk({transport: 'sata'}), surroundings);
	t.deepEqual(
		drive?.unknown.map(({what}) => what),
		['ata', 'health', 'opal'],
	);
	t.true(drive?.unknown.every(({why}) => why.includes('is not installed (install')));
	t.deepEqual(drive?.hiddenAreas, []);
});

test('a drive that answers nothing is waited for once, not once a question', async t => {
	const fakes = Object.fromEntries(allTools.map(name => [name, 'hanging']));
	const {tools} = await fakeTools(t, fakes);
	const root = await treeOf(t, 'nvme0n1');
	const startedAtMs = performance.now();
	const {drive} = await withDrive(disk({transport: 'nvme'}), {tools, root}, {timeoutMs: 3000});
	t.true(performance.now() - startedAtMs < 3000 * 4);
	t.deepEqual(
		drive?.unknown.map(({why}) => why.replace(/^\S+ /, '')),
		Array.from({length: 3}, () => 'gave no answer within 3 s'),
	);
});

(isRoot ? test.serial : test.serial.skip)(
	'a loop device with a LUKS header is read by the real cryptsetup',
	async t => {
		const directory = await temporaryDirectory(t);
		const image = path.join(directory, 'image');
		await runFile('truncate', ['-s', '32M', image]);
		const key = path.join(directory, 'key');
		await runFile('cp', ['/proc/version', key]);
		const quick = ['--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'];
		await runFile('/usr/sbin/cryptsetup', [
			'luksFormat',
			'-q',
			'--type',
			'luks2',
			...quick,
			'--key-file',
			key,
			image,
		]);
		await using loop = await attachLoop(image);
		const facts = memoryFacts({
			kind: 'loop',
			deviceNumber: '7:0',
			path: loop.path,
			contents: {partitionTable: null, fileSystem: 'crypto_LUKS', label: null},
		});
		const {drive} = await withDrive(facts, real);
		t.like(drive, {luks: {version: 2, keySlots: [0]}, unknown: [], hiddenAreas: []});
	},
);
