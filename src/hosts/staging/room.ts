import path from 'node:path';
import {readAttribute} from '../../devices/facts/sysfs.ts';
import {SanitizeError} from '../../errors.ts';
import {formatBytes} from '../../progress.ts';

const mib = 1024 ** 2;

/**
What the program takes beside its own file. Run from a tmpfs, its text and libraries are the pages of the tmpfs, counted there already; measured while it erased and verified 4 GiB: 69 MB of its own and 2.5 MB of dd. Nearly twice that, because a heap grows with the length of a run.
*/
const workingBytes = 128 * mib;

/** Room for journal and log in the same tmpfs. */
export const recordBytes = 64 * mib;

interface Room {
	readonly neededBytes: number;
	readonly availableBytes: number;
}

/**
What programs can take before the system has to swap: MemAvailable, see proc_meminfo(5).
@param root - Prefix of /proc; `/` but in tests.
@throws SanitizeError UNSUPPORTED where it cannot be read.
*/
export const availableMemory = async (root: string): Promise<number> => {
	const file = path.join(root, 'proc/meminfo');
	const [, kibibytes] = /^MemAvailable:\s+(\d+) kB$/m.exec((await readAttribute(file)) ?? '') ?? [];
	if (kibibytes === undefined) {
		throw new SanitizeError('UNSUPPORTED', `looking for free memory: ${file} does not say`, {
			hint: 'mount the proc file system: mount -t proc proc /proc',
		});
	}

	return Number(kibibytes) * 1024;
};

/**
@param stageBytes - `totalBytes` of the plan of the stage.
@throws SanitizeError NO_MEMORY with the figures, UNSUPPORTED.
*/
export const requireRoom = async ({
	stageBytes,
	root,
}: {
	readonly stageBytes: number;
	readonly root: string;
}): Promise<Room> => {
	const availableBytes = await availableMemory(root);
	const neededBytes = stageBytes + workingBytes + recordBytes;
	if (availableBytes >= neededBytes) {
		return {neededBytes, availableBytes};
	}

	const parts = `${formatBytes(stageBytes)} for the programs and their libraries, ${formatBytes(workingBytes)} to work, ${formatBytes(recordBytes)} for journal and log`;
	throw new SanitizeError(
		'NO_MEMORY',
		`leaving the disk for RAM: ${formatBytes(neededBytes)} of memory are needed (${parts}) and ${formatBytes(availableBytes)} are available`,
		{
			hint: 'stop services that take much memory and try again, or start the machine from another medium and erase this disk from there',
		},
	);
};
