import {access, constants, realpath, stat} from 'node:fs/promises';
import {delimiter, dirname, isAbsolute, join} from 'node:path';
import {SanitizeError} from '../errors.ts';
import {isOwnDirectory, isOwnFile} from '../files/ownership.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Lookup {
	/** @throws SanitizeError TOOL_MISSING. */
	find(name: string): Promise<string>;
	/** The directories that are safe to look in, as a PATH. */
	searchPath(): Promise<string>;
}

/** Where tools are looked for after PATH. */
export const standardDirectories = [
	'/usr/local/sbin',
	'/usr/local/bin',
	'/usr/sbin',
	'/usr/bin',
	'/sbin',
	'/bin',
] as const;

const debianPackages: Readonly<Record<string, string>> = {
	blkdiscard: 'util-linux',
	blkid: 'util-linux',
	blockdev: 'util-linux',
	cryptsetup: 'cryptsetup-bin',
	dd: 'coreutils',
	sync: 'coreutils',
	dmsetup: 'dmsetup',
	findmnt: 'util-linux',
	hdparm: 'hdparm',
	ip: 'iproute2',
	journalctl: 'systemd',
	ldd: 'libc-bin',
	losetup: 'mount',
	lsblk: 'util-linux',
	mdadm: 'mdadm',
	mmc: 'mmc-utils',
	mount: 'mount',
	nvme: 'nvme-cli',
	poweroff: 'systemd-sysv',
	sg_opcodes: 'sg3-utils',
	sg_requests: 'sg3-utils',
	sg_sanitize: 'sg3-utils',
	smartctl: 'smartmontools',
	swapoff: 'mount',
	systemctl: 'systemd',
	umount: 'mount',
};

/**
Finds tools where nobody but root, or the user `uid` that runs us, can have put them: we run them as root on the word of PATH.
*/
export const createLookup = (env: Environment, uid: number): Lookup => {
	const directories = [...new Set([...(env['PATH'] ?? '').split(delimiter), ...standardDirectories])];

	return {
		async find(name) {
			const unsafe: string[] = [];
			for (const directory of directories) {
				const file = join(directory, name);
				if (!isAbsolute(directory) || !(await isExecutable(file))) {
					continue;
				}

				if ((await isOwnDirectory(directory, uid)) && (await isSafeFile(file, uid))) {
					return file;
				}

				unsafe.push(file);
			}

			throw missing(name, unsafe);
		},
		async searchPath() {
			const safe = await Promise.all(directories.map(directory => isOwnDirectory(directory, uid)));
			return directories.filter((_directory, index) => safe[index]).join(delimiter);
		},
	};
};

const missing = (name: string, unsafe: readonly string[]): SanitizeError => {
	if (unsafe.length > 0) {
		const places = unsafe.join(', ');
		return new SanitizeError(
			'TOOL_MISSING',
			`${name} is only where others than root can change it: ${places}`,
			{
				hint: `make the file and its directory writable for root alone, or ${installation(name)}`,
			},
		);
	}

	return new SanitizeError('TOOL_MISSING', `looking for ${name}: it is not installed`, {
		hint: installation(name),
	});
};

const installation = (name: string): string => {
	const debianPackage = debianPackages[name];
	return debianPackage === undefined
		? `install the package that has ${name}`
		: `install it: apt-get install ${debianPackage}`;
};

const isExecutable = async (file: string): Promise<boolean> => {
	try {
		await access(file, constants.X_OK);
		return (await stat(file)).isFile();
	} catch {
		return false;
	}
};

const isSafeFile = async (file: string, uid: number): Promise<boolean> => {
	try {
		const target = await realpath(file);
		return isOwnFile(await stat(target), uid) && (await isOwnDirectory(dirname(target), uid));
	} catch {
		return false;
	}
};
