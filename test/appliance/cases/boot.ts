import {copyFile, mkdir} from 'node:fs/promises';
import path from 'node:path';
import {$} from 'zx';
import type {Images} from '../image/images.ts';
import type {Console} from '../machine/console.ts';
import {type Guest, startGuest} from '../machine/guest.ts';
import type {Disk} from '../machine/qemu-arguments.ts';
import type {System} from './systems.ts';

/** The serial number that an operator confirms. */
export const systemSerial = 'SSR-SYS-0001';
export const rootPassword = 'router';

export const bootMs = 4 * 60_000;

/** What all guests of a test run share. */
export interface Stock {
	readonly images: Images;
	/** The program, for this machine too. */
	readonly executable: string;
	/** An image labelled TOOLS that carries the executable. */
	readonly tools: string;
	/** An empty image labelled EVIDENCE, copied for each guest. */
	readonly evidence: string;
}

export interface BootOptions {
	readonly sshPort?: number;
	/** More disks, behind those that every guest has: /dev/sdb, /dev/vdc, /dev/nvme0n1 and on. */
	readonly targets?: readonly Disk[];
	/** The disks are those of the guest that ran in this directory before. */
	readonly isAgain?: boolean;
}

export interface BootedGuest extends Guest {
	/** Its own copy of the system's disk. */
	readonly disk: string;
	readonly evidence: string;
}

/** Boots a copy of the system up to its login prompt; all its files are in `directory`. */
export const bootSystem = async (
	stock: Stock,
	system: System,
	directory: string,
	{sshPort, targets = [], isAgain = false}: BootOptions = {},
): Promise<BootedGuest> => {
	await mkdir(directory, {recursive: true});
	const disk = path.join(directory, 'disk.raw');
	const evidence = path.join(directory, 'evidence.raw');
	if (!isAgain) {
		await $`cp --sparse=always ${stock.images.disks[system.image]} ${disk}`;
		await copyFile(stock.evidence, evidence);
	}

	const guest = await startGuest({
		directory,
		kernel: stock.images.kernel,
		initrd: stock.images.initrd,
		append: `${system.root} ro`,
		disks: [
			{file: disk, kind: system.bus, serial: systemSerial},
			{file: stock.tools, kind: 'virtio', serial: 'TOOLS', isReadOnly: true},
			{file: evidence, kind: 'virtio', serial: 'EVIDENCE'},
			...targets,
		],
		...(sshPort === undefined ? {} : {sshPort}),
	});
	try {
		await waitForLogin(guest.console, system);
		return {...guest, disk, evidence};
	} catch (error) {
		await guest[Symbol.asyncDispose]();
		throw error;
	}
};

const bootFailed = [/Kernel panic/, /Give root password for maintenance/, /\(initramfs\)/];

const waitForLogin = async (console: Console, {passphrase}: System): Promise<void> => {
	if (passphrase !== undefined) {
		await console.waitFor(/Please unlock disk .*:/, {timeoutMs: bootMs, unless: bootFailed});
		await console.type(passphrase);
	}

	await console.waitFor(/router login: /, {timeoutMs: bootMs, unless: bootFailed});
};
