import path from 'node:path';
import type {GuestOptions} from './guest.ts';

/** What a disk looks like to the guest: /dev/sda, /dev/nvme0n1, or /dev/vda and on. */
export type DiskKind = 'scsi' | 'nvme' | 'virtio';

export interface Disk {
	/** A raw image, or a qcow2 if it is volatile. */
	readonly file: string;
	readonly kind: DiskKind;
	readonly serial: string;
	/** Raw images of more namespaces of the same NVMe drive: /dev/nvme0n2 and on. */
	readonly otherNamespaces?: readonly string[];
	readonly isReadOnly?: boolean;
	/** Sectors of 512 bytes in which every write fails with EIO, each time. */
	readonly unwritableSectors?: readonly number[];
	/**
	 * The image is a qcow2 over another, which holds the disk's first content: where a block lies is written to it when
	 * the guest flushes, so that QEMU's death loses what a volatile cache would.
	 */
	readonly isVolatile?: boolean;
	readonly writtenBytesPerSecond?: number;
	/** `report`: said aloud; else QEMU's own default, which must come to the same. */
	readonly onWriteError?: 'report';
}

const deviceModels: Readonly<Record<DiskKind, string>> = {
	scsi: 'scsi-hd',
	nvme: 'nvme',
	virtio: 'virtio-blk-pci',
};

// Without the fast string instructions: a kernel that finds them copies memory by them, which QEMU emulates byte by byte.
const processor = 'max,-erms,-fsrm';

const memoryMiB = 1024;

// See "blkdebug" in QEMU's documentation: the event `none` happens when the image is opened, and a rule that is not `once` stays.
const failingWrites = (sectors: readonly number[]): readonly string[] =>
	sectors.flatMap((sector, index) =>
		Object.entries({event: 'none', iotype: 'write', errno: 5, sector, once: 'off', immediately: 'off'}).map(
			([key, value]) => `file.inject-error.${index}.${key}=${value}`,
		),
	);

const imageOptions = ({file, isVolatile, unwritableSectors}: Disk): readonly string[] => {
	if (unwritableSectors) {
		const image = ['file.driver=blkdebug', 'file.image.driver=file', `file.image.filename=${file}`];
		return ['format=raw', 'cache=unsafe', ...image, ...failingWrites(unwritableSectors)];
	}

	return isVolatile
		? ['format=qcow2', 'cache=writeback', `file=${file}`]
		: ['format=raw', 'cache=unsafe', `file=${file}`];
};

/** Numbered in their order, from 1. */
const namespaceArguments = ({drive, id, file}: Readonly<Record<'drive' | 'id' | 'file', string>>) => [
	...['-drive', `if=none,id=${id},format=raw,cache=unsafe,file=${file}`],
	...['-device', `nvme-ns,bus=${drive},drive=${id}`],
];

const diskArguments = (disk: Disk, index: number): string[] => {
	const {kind, serial, isReadOnly, writtenBytesPerSecond, onWriteError, otherNamespaces} = disk;
	if (otherNamespaces) {
		const images = [disk.file, ...otherNamespaces];
		const drive = `nvme${index}`;
		return [
			...['-device', `nvme,id=${drive},serial=${serial}`],
			...images.flatMap((file, at) => namespaceArguments({drive, id: `disk${index}n${at + 1}`, file})),
		];
	}

	return [
		'-drive',
		[
			...['if=none', `id=disk${index}`, ...imageOptions(disk), `readonly=${isReadOnly ? 'on' : 'off'}`],
			...(writtenBytesPerSecond === undefined ? [] : [`throttling.bps-write=${writtenBytesPerSecond}`]),
		].join(','),
		'-device',
		[
			...[deviceModels[kind], `drive=disk${index}`, `serial=${serial}`],
			...(onWriteError ? [`werror=${onWriteError}`, `rerror=${onWriteError}`] : []),
		].join(','),
	];
};

export const qemuArguments = ({
	directory,
	kernel,
	initrd,
	append,
	disks,
	sshPort,
}: GuestOptions): readonly string[] => {
	const forward = sshPort === undefined ? '' : `,hostfwd=tcp:127.0.0.1:${sshPort}-:22`;
	return [
		// KVM is rarely there where tests run, and an emulated processor is the same everywhere.
		...['-accel', 'tcg', '-cpu', processor, '-smp', '2', '-m', String(memoryMiB)],
		...['-nodefaults', '-display', 'none', '-no-reboot'],
		...['-kernel', kernel, '-initrd', initrd, '-append', `${append} console=ttyS0,115200`],
		...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
		...['-qmp', `unix:${path.join(directory, 'qmp.sock')},server=on,wait=off`],
		...['-device', 'virtio-scsi-pci'],
		...disks.flatMap(diskArguments),
		...['-netdev', `user,id=net,restrict=on${forward}`, '-device', 'virtio-net-pci,netdev=net'],
		// An entropy source, without which sshd waits for one.
		...['-device', 'virtio-rng-pci'],
	];
};
