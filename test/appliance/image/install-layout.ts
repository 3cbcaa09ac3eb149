import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {poweredOff, startGuest} from '../machine/guest.ts';
import {writeGpt} from './file-systems.ts';

/** The layouts that take a device-mapper to make: a guest makes them, because the machine may have none. */
export const installedLayouts = ['lvm', 'crypt'] as const;

/** What opens the encrypted root at the console. */
export const passphrase = 'open-sesame';

interface Installation {
	readonly kernel: string;
	readonly initrd: string;
	readonly layout: (typeof installedLayouts)[number];
	/** The image of a bare disk: run from, and copied. */
	readonly source: string;
	readonly target: string;
	readonly sizeMiB: number;
}

const timeoutMs = 5 * 60_000;

/** Makes a disk with guest/usr/local/sbin/install-layout. */
export const installLayout = async ({kernel, initrd, layout, source, target, sizeMiB}: Installation) => {
	await writeGpt(target, sizeMiB, [{startMiB: 1, sizeMiB: sizeMiB - 2}]);
	const directory = await mkdtemp(path.join(tmpdir(), 'appliance-'));
	try {
		const words = `layout=${layout} source=/dev/sda target=/dev/vda passphrase=${passphrase}`;
		await using guest = await startGuest({
			directory,
			kernel,
			initrd,
			append: `root=/dev/sda ro panic=-1 init=/usr/local/sbin/install-layout ${words}`,
			disks: [
				{file: source, kind: 'scsi', serial: 'SOURCE', isReadOnly: true},
				{file: target, kind: 'virtio', serial: 'TARGET'},
			],
		});
		const done = `install-layout: ${layout} is made`;
		await guest.console.waitFor(new RegExp(done), {timeoutMs});
		const reason = await guest.ended(timeoutMs);
		if (reason !== poweredOff) {
			throw new Error(`making layout ${layout}: ${reason}\n${guest.console.lastLines()}`);
		}
	} finally {
		await rm(directory, {recursive: true, force: true});
	}
};
