import {basename} from 'node:path';
import type {Device} from '../device.ts';
import {deviceNumberOf, listNames, readAttribute, sysfsDirectory} from '../facts/sysfs.ts';
import {disksUnder} from '../facts/system-disk.ts';

/** How the kernel speaks of a device, of what it stands on, and of the way to them. */
export interface KernelNames {
	/** Block devices: `sda`, `nvme0n1`. */
	readonly disks: readonly string[];
	/** `8:0`, as device mapper and the records themselves have it. */
	readonly numbers: readonly string[];
	/** Ports, hosts, controllers: `ata1`, `host0`, `0:0:0:0`, `nvme0`, `mmc0`, `0000:00:1f.2`. */
	readonly parents: readonly string[];
	/** Ports of USB: `1-1.2`. */
	readonly usbPorts: readonly string[];
	/** Directories of the block devices in sysfs. */
	readonly directories: readonly string[];
}

export const noNames: KernelNames = {disks: [], numbers: [], parents: [], usbPorts: [], directories: []};

// The parts of a path such as /sys/devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda.
const parent = /^(?:ata\d+|host\d+|\d+:\d+:\d+:\d+|nvme\d+|mmc\d+|mmc\d+:\w+|virtio\d+)$/;
const pciFunction = /^[\da-f]{4,}:[\da-f]{2}:[\da-f]{2}\.\d$/;
const usbPort = /^\d+-\d+(?:\.\d+)*$/;

/** Asks sysfs; what cannot be found out is left out. Never throws. */
export const kernelNames = async (
	{facts, node}: Pick<Device, 'facts' | 'node'>,
	root: string,
): Promise<KernelNames> => {
	try {
		const own = await ownNumber(facts.deviceNumber, node, root);
		const numbers = own === null ? [] : await disksUnder(own, root);
		const directories = await Promise.all(numbers.map(number => sysfsDirectory(number, root)));
		return await describe(
			numbers,
			directories.filter(directory => directory !== null),
		);
	} catch {
		return noNames;
	}
};

/** Of a file the device that its file system is on. */
const ownNumber = async (
	deviceNumber: string | null,
	node: string | undefined,
	root: string,
): Promise<string | null> => {
	const [, dev] = /^inode (\d+):/.exec(deviceNumber ?? '') ?? [];
	if (node?.startsWith('/dev/loop')) {
		return readAttribute(root, 'sys/block', basename(node), 'dev');
	}

	return dev === undefined ? deviceNumber : deviceNumberOf(BigInt(dev));
};

const describe = async (numbers: readonly string[], directories: readonly string[]): Promise<KernelNames> => {
	const parts = directories.flatMap(directory => directory.split('/'));
	// A namespace with several ways to it stands under its subsystem, not under its controllers.
	const siblings = await Promise.all(
		directories
			.filter(directory => directory.includes('/nvme-subsystem/'))
			.map(async directory => listNames(directory, '..')),
	);
	return {
		disks: directories.map(directory => basename(directory)),
		numbers,
		parents: unique([
			...parts.filter(part => parent.test(part)),
			...siblings.flat().filter(name => parent.test(name)),
			// Of a row of bridges the last one is the controller.
			...directories.flatMap(
				directory => directory.split('/').findLast(part => pciFunction.test(part)) ?? [],
			),
		]),
		usbPorts: unique(
			directories.flatMap(directory => directory.split('/').findLast(part => usbPort.test(part)) ?? []),
		),
		directories,
	};
};

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];
