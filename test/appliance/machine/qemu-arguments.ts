import path from 'node:path';
import type {GuestOptions} from './guest.ts';

/** What a disk looks like to the guest: /dev/sda, /dev/nvme0n1, or /dev/vda and on. */
export type DiskKind = 'scsi' | 'nvme' | 'virtio';

export interface Disk {
	/** A raw image. */
	readonly file: string;
	readonly kind: DiskKind;
	readonly serial: string;
	readonly isReadOnly?: boolean;
}

const deviceModels: Readonly<Record<DiskKind, string>> = {
	scsi: 'scsi-hd',
	nvme: 'nvme',
	virtio: 'virtio-blk-pci',
};

// Without the fast string instructions: a kernel that finds them copies memory by them, which QEMU emulates byte by byte.
const processor = 'max,-erms,-fsrm';

const memoryMiB = 1024;

const diskArguments = ({file, kind, serial, isReadOnly}: Disk, index: number): string[] => [
	'-drive',
	`if=none,id=disk${index},format=raw,cache=unsafe,file=${file},readonly=${isReadOnly ? 'on' : 'off'}`,
	'-device',
	`${deviceModels[kind]},drive=disk${index},serial=${serial}`,
];

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
