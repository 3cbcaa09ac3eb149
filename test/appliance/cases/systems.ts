import type {Layout} from '../image/images.ts';
import {passphrase} from '../image/install-layout.ts';

/** A way in which the system lies on its disk, as the table names it. */
export interface System {
	readonly title: string;
	readonly image: Layout;
	readonly bus: 'scsi' | 'nvme';
	/** The disk that the system runs from, within the guest. */
	readonly device: string;
	/** The kernel's words for its root. */
	readonly root: string;
	/** Typed at the console while it boots. */
	readonly passphrase?: string;
}

export const systemNames = ['bare', 'gpt', 'lvm', 'crypt', 'nvme'] as const;
export type SystemName = (typeof systemNames)[number];

export const systems: Readonly<Record<SystemName, System>> = {
	bare: {
		title: 'ext4 on the bare disk',
		image: 'bare',
		bus: 'scsi',
		device: '/dev/sda',
		root: 'root=LABEL=root',
	},
	gpt: {
		title: 'GPT: /, /var, swap',
		image: 'gpt',
		bus: 'scsi',
		device: '/dev/sda',
		root: 'root=LABEL=root',
	},
	lvm: {
		title: 'root and swap on LVM',
		image: 'lvm',
		bus: 'scsi',
		device: '/dev/sda',
		root: 'root=/dev/mapper/ssr-root',
	},
	crypt: {
		title: 'root on dm-crypt',
		image: 'crypt',
		bus: 'scsi',
		device: '/dev/sda',
		root: 'root=/dev/mapper/cryptroot cryptopts=target=cryptroot,source=/dev/sda1',
		passphrase,
	},
	nvme: {
		title: 'NVMe',
		image: 'bare',
		bus: 'nvme',
		device: '/dev/nvme0n1',
		root: 'root=LABEL=root',
	},
};
