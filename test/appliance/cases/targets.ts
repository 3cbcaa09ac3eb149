import {randomBytes} from 'node:crypto';
import {mkdir, open, readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {$} from 'zx';
import type {Console} from '../machine/console.ts';
import type {Disk} from '../machine/qemu-arguments.ts';
import type {BootedGuest} from './boot.ts';
import {runCommand} from './operator.ts';

export const mebibyte = 1024 ** 2;

/** A disk to be erased, besides the one that the system runs from, in a guest that has given it this name. */
export type Located<Target extends Disk> = Target & {readonly device: string};

const answerMs = 30_000;

/** Asks the guest what it calls the disks: it looks for SCSI disks all at once, so that any may come to be /dev/sda. */
export const locate = async <Target extends Disk>(
	console: Console,
	targets: readonly Target[],
): Promise<ReadonlyArray<Located<Target>>> => {
	const located: Array<Located<Target>> = [];
	for (const target of targets) {
		await console.type(
			`echo "de""vice $(lsblk -dnpo NAME,SERIAL | grep -w -- ${target.serial} | cut -d' ' -f1) it is"`,
		);
		const match = await console.waitFor(/device (\/dev\/\w+) it is/, {timeoutMs: answerMs});
		located.push({...target, device: match[1] ?? ''});
	}

	return located;
};

/** Fills a new image with random data: no sector of it is zero. */
export const writeRandom = async (file: string, sizeMiB: number): Promise<void> => {
	await mkdir(path.dirname(file), {recursive: true});
	await using handle = await open(file, 'wx');
	for (let index = 0; index < sizeMiB; index += 1) {
		await handle.write(randomBytes(mebibyte));
	}
};

/** Where the runs keep their journals: on the guest's own disk, which lasts. */
export const stateDir = '/root/state';
export const logDir = '/root/log';

/** What a run of the recipe `erase` is started by. */
export const eraseLine = (eraser: string, targets: ReadonlyArray<Located<Disk>>): string =>
	[
		`mkdir -p ${stateDir} && /root/zeroize run erase --eraser ${eraser} --state-dir ${stateDir} --log-dir ${logDir}`,
		...targets.map(({device, serial}) => `--device ${device} --confirm ${serial}`),
	].join(' ');

/** Copies files of the guest, and what its kernel said, to the disk EVIDENCE. */
export const bringOut = async (console: Console, files: string): Promise<void> =>
	runCommand(
		console,
		`mount LABEL=EVIDENCE /mnt && cp -r ${files} /mnt && dmesg > /mnt/dmesg && umount /mnt`,
	);

/** Reads everything off the disk EVIDENCE without mounting it: texts by their paths. */
export const readTexts = async (
	{evidence}: BootedGuest,
	directory: string,
): Promise<ReadonlyMap<string, string>> => {
	await mkdir(directory, {recursive: true});
	await $`debugfs -R ${`rdump / ${directory}`} ${evidence}`.quiet();
	const texts = new Map<string, string>();
	for (const entry of await readdir(directory, {recursive: true, withFileTypes: true})) {
		const file = path.join(entry.parentPath, entry.name);
		if (entry.isFile()) {
			texts.set(path.relative(directory, file), await readFile(file, 'utf8'));
		}
	}

	return texts;
};

/** The one text whose path ends so. */
export const oneText = (texts: ReadonlyMap<string, string>, ending: RegExp): string => {
	const found = [...texts].filter(([name]) => ending.test(name));
	const [[, text] = []] = found;
	if (text === undefined || found.length > 1) {
		throw new Error(`${found.length} files fit ${ending}: ${[...texts.keys()].join(', ')}`);
	}

	return text;
};
