import {stat} from 'node:fs/promises';
import test from 'ava';
import {controllerIn, controllerOf} from '../../../src/devices/facts/controller.ts';
import {deviceNumberOf} from '../../../src/devices/facts/sysfs.ts';
import {attachLoop, isRoot, randomFile} from '../../_helpers/loop.ts';

const cases: ReadonlyArray<readonly [directory: string, controller: string | undefined]> = [
	['/sys/devices/pci0000:00/0000:00:17.0/ata3/host2/target2:0:0/2:0:0:0/block/sda', '0000:00:17.0'],
	['/sys/devices/pci0000:00/0000:00:17.0/ata3/host2/target2:0:0/2:0:0:0/block/sda/sda1', '0000:00:17.0'],
	[
		'/sys/devices/pci0000:00/0000:00:1c.4/0000:03:00.0/host6/port-6:0/end_device-6:0/target6:0:0/6:0:0:0/block/sdc',
		'0000:03:00.0',
	],
	['/sys/devices/pci0000:00/0000:00:1d.0/0000:01:00.0/nvme/nvme0/nvme0n1', '0000:01:00.0'],
	[
		'/sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1.3/2-1.3:1.0/host7/target7:0:0/7:0:0:0/block/sdd',
		'0000:00:14.0 usb2',
	],
	['/sys/devices/pci0000:00/0000:00:05.0/virtio2/block/vda', '0000:00:05.0'],
	['/sys/devices/platform/fe340000.mmc/mmc_host/mmc0/mmc0:0001/block/mmcblk0', 'mmc0'],
	['/sys/devices/virtual/block/loop0', undefined],
	['/sys/devices/virtual/block/dm-0', undefined],
];

for (const [directory, controller] of cases) {
	test(`${directory} is behind ${controller ?? 'nothing that is known'}`, t => {
		t.is(controllerIn(directory), controller);
	});
}

test('a number that no device has is behind nothing', async t => {
	t.is(await controllerOf('4095:1048575', '/'), undefined);
});

(isRoot ? test : test.skip)('a loop device is behind nothing', async t => {
	await using file = await randomFile(8192);
	await using loop = await attachLoop(file.path);
	const {rdev} = await stat(loop.path, {bigint: true});
	t.is(await controllerOf(deviceNumberOf(rdev), '/'), undefined);
});
