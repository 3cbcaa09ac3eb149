import {mkdtemp, rmdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import type {FileSystem} from './find.ts';

/** A disk that spins up, and a journal that is replayed. */
const mountTimeoutMs = 60_000;

// mount(8): any sum of these.
const exitCodes = Array.from({length: 128}, (_, code) => code);

/** Nothing on it can be run or be a device; its files belong to root alone where the file system itself has no modes. */
const optionsFor = (type: string): string =>
	['rw', 'nosuid', 'nodev', 'noexec', ...(['vfat', 'exfat'].includes(type) ? ['umask=0077'] : [])].join(',');

/**
Does something with a file system while it is mounted at a place of our own (mode 0700), and unmounts it, whatever happens. It may be mounted elsewhere too. Not interrupted in between: a mount that nobody knows of would keep the disk busy.
@throws SanitizeError TOOL_FAILED with what mount says; whatever `action` throws.
*/
export const whileMounted = async <Result>(
	{node, type}: FileSystem,
	tools: Tools,
	action: (directory: string) => Promise<Result>,
): Promise<Result> => {
	const directory = await makeMountPoint();
	try {
		await mount({node, type}, directory, tools);
	} catch (error) {
		await rmdir(directory).catch(() => {});
		throw error;
	}

	let result: Result;
	try {
		result = await action(directory);
	} catch (error) {
		await unmount(directory, tools).catch(() => {});
		throw error;
	}

	await unmount(directory, tools);
	return result;
};

const mount = async (
	{node, type}: Pick<FileSystem, 'node' | 'type'>,
	directory: string,
	tools: Tools,
): Promise<void> => {
	const args = ['-t', type, '-o', optionsFor(type), node, directory];
	const {exitCode, stderr} = await tools.run('mount', args, {timeoutMs: mountTimeoutMs, accept: exitCodes});
	if (exitCode !== 0) {
		// `mount: DIRECTORY: what went wrong`, then where to read more.
		const [words = ''] = stderr.replaceAll(`${directory}: `, '').trim().split('\n');
		throw new SanitizeError('TOOL_FAILED', words === '' ? `mount failed with exit code ${exitCode}` : words, {
			hint: `it must be possible to mount it writable: mount -t ${type} ${node} /mnt`,
		});
	}
};

/** /run is in memory on every system with systemd: a mount point must not stand on the disk that is erased. */
const makeMountPoint = async (): Promise<string> => {
	const name = 'zeroize-disk-';
	return mkdtemp(path.join('/run', name)).catch(async () => mkdtemp(path.join(tmpdir(), name)));
};

const unmount = async (directory: string, tools: Tools): Promise<void> => {
	try {
		await tools.run('umount', [directory], {timeoutMs: mountTimeoutMs});
	} catch (error) {
		// Out of sight at least; what is written is not known to be safe.
		await tools.run('umount', ['--lazy', directory], {timeoutMs: mountTimeoutMs}).catch(() => {});
		throw error;
	} finally {
		await rmdir(directory).catch(() => {});
	}
};
