import {execFile} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import {basename} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {promisify} from 'node:util';
import test from 'ava';
import {kernelNames} from '../../src/devices/kernel-log/names.ts';
import {followKernelLog} from '../../src/devices/kernel-log.ts';
import {createMemoryDevice} from '../../src/devices/memory.ts';
import {asDisk, badFile} from '../_helpers/bad-disk.ts';
import {inspect} from '../_helpers/block-device.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {isRoot} from '../_helpers/loop.ts';
import {memoryFacts} from '../_helpers/plan.ts';
import {writeTree} from '../_helpers/surroundings.ts';

const run = promisify(execFile);
const asRoot = isRoot ? test.serial : test.serial.skip;
const mib = 1024 ** 2;

asRoot('a real write error is found in the kernel log, from when it was opened on', async t => {
	const bad = await badFile(t, 2 * mib, [{offset: mib, length: 512}]);
	const node = await asDisk(t, bad);
	const name = basename(node);
	const device = {facts: await inspect(node), node};
	const write = async () =>
		run('dd', ['if=/dev/zero', `of=${node}`, 'bs=64k', 'oflag=direct', 'conv=nocreat', 'seek=16', 'count=1']);
	await t.throwsAsync(write);
	using log = followKernelLog(device, '/');
	t.is(await log.likelyCause(), null);
	await writeFile('/dev/kmsg', `<3>I/O error, dev ${name}9, sector 0 op 0x1:(WRITE)\n`);
	t.is(await log.likelyCause(), null);
	const found = new RegExp(
		`^it reports errors: I/O error, dev ${name}, sector 2048 op 0x1:\\(WRITE\\).*\\(kernel log\\)$`,
	);
	// The kernel says it ten times in five seconds, of all devices.
	for (let attempt = 0; attempt < 30 && (await log.likelyCause()) === null; attempt += 1) {
		await t.throwsAsync(write);
		await sleep(1000);
	}

	t.regex((await log.likelyCause()) ?? '', found);
	// What was found is not forgotten.
	t.regex((await log.likelyCause()) ?? '', found);
	await writeFile('/dev/kmsg', `<3>block ${name}: reset\n`);
	t.is(await log.likelyCause(), `the bus, link or controller was reset: block ${name}: reset (kernel log)`);
});

test('without a kernel log that can be read there is no cause, and no error', async t => {
	const root = await temporaryDirectory(t);
	using log = followKernelLog(
		{facts: memoryFacts({kind: 'disk', deviceNumber: '8:0'}), node: '/dev/sda'},
		root,
	);
	t.is(await log.likelyCause(), null);
});

test('a memory device has none', async t => {
	const device = createMemoryDevice({totalBytes: 4096});
	using log = followKernelLog(device, '/');
	t.is(await log.likelyCause(), null);
});

const ata = 'sys/devices/pci0000:00/0000:00:1c.0/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0';
const up = '../../';

/** What machines have in /sys, as far as it is asked for. */
const tree = {
	[`${ata}/block/sda/dev`]: '8:0\n',
	[`${ata}/block/sda/device`]: '-> ../../../0:0:0:0',
	[`${ata}/state`]: 'running\n',
	[`${ata}/hwmon/hwmon2/temp1_input`]: '41000\n',
	[`${ata}/hwmon/hwmon2/temp1_max`]: '60000\n',
	'sys/dev/block/8:0': `-> ${up}${ata.slice(4)}/block/sda`,
	'sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.4/1-1.4:1.0/host6/target6:0:0/6:0:0:0/block/sdb/dev':
		'8:16\n',
	'sys/dev/block/8:16': `-> ${up}devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.4/1-1.4:1.0/host6/target6:0:0/6:0:0:0/block/sdb`,
	'sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/dev': '259:0\n',
	'sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0/state': 'live\n',
	'sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme3/state': 'live\n',
	'sys/dev/block/259:0': `-> ${up}devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1`,
	'proc/self/mountinfo': '',
};

const named = [
	{
		deviceNumber: '8:0',
		expected: {disks: ['sda'], parents: ['ata1', 'host0', '0:0:0:0', '0000:00:1f.2'], usbPorts: []},
	},
	{
		deviceNumber: '8:16',
		expected: {disks: ['sdb'], parents: ['host6', '6:0:0:0', '0000:00:14.0'], usbPorts: ['1-1.4']},
	},
	{deviceNumber: '259:0', expected: {disks: ['nvme0n1'], parents: ['nvme0', 'nvme3'], usbPorts: []}},
	{deviceNumber: '8:99', expected: {disks: [], parents: [], usbPorts: []}},
];

for (const {deviceNumber, expected} of named) {
	test(`the kernel's names for ${deviceNumber} come from sysfs`, async t => {
		const root = await temporaryDirectory(t);
		await writeTree(root, tree);
		const facts = memoryFacts({kind: 'disk', deviceNumber});
		t.like(await kernelNames({facts, node: '/dev/sda'}, root), expected);
	});
}

const against = [
	{change: {}, cause: null},
	{change: {[`${ata}/state`]: 'offline\n'}, cause: 'the kernel has it as "offline"'},
	{
		change: {[`${ata}/hwmon/hwmon2/temp1_input`]: '61000\n'},
		cause: 'it is too hot: 61 C, its limit is 60 C',
	},
	{
		change: {[`${ata}/state`]: 'blocked\n', [`${ata}/hwmon/hwmon2/temp1_input`]: '75500\n'},
		cause: 'the kernel has it as "blocked"; it is too hot: 76 C, its limit is 60 C',
	},
	{change: {[`${ata}/hwmon/hwmon2/temp1_input`]: 'nonsense\n'}, cause: null},
];

for (const {change, cause} of against) {
	test(`sysfs says ${cause ?? `nothing with ${JSON.stringify(change)}`}`, async t => {
		const root = await temporaryDirectory(t);
		await writeTree(root, {...tree, ...change});
		const facts = memoryFacts({kind: 'disk', deviceNumber: '8:0'});
		using log = followKernelLog({facts, node: '/dev/sda'}, root);
		t.is(await log.likelyCause(), cause);
	});
}
