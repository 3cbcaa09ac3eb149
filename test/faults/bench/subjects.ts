import {readdir, readFile, stat, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {runFile} from '../../_helpers/cli.ts';
import {attachLoop, type LoopOptions, type TestResource, untilFree} from '../../_helpers/loop.ts';
import {mountTmpfs} from '../../_helpers/tmpfs.ts';
import {MiB, type Subject} from '../case.ts';
import type {Bench} from './bench.ts';
import {fullFile, leftover} from './full-file.ts';
import {type ServedFaults, serveDisk} from './served-disk.ts';

const stranger = 0x5a;

/** A file of somebody else's, of which not one byte may change. */
export const otherFile = async (bench: Bench, totalBytes: number, name = 'other.img'): Promise<string> => {
	const file = await fullFile(bench, totalBytes, name, stranger);
	await bench.guard(file);
	return file;
};

export const file =
	(totalBytes = MiB, name?: string) =>
	async (bench: Bench): Promise<Subject> => {
		const store = await fullFile(bench, totalBytes, name);
		return {target: `file:${store}`, store};
	};

export const loopFile =
	(totalBytes = MiB, name?: string) =>
	async (bench: Bench): Promise<Subject> => {
		const store = await fullFile(bench, totalBytes, name);
		return {target: `loop:${store}`, store};
	};

interface AttachOptions extends LoopOptions {
	/** The case detaches it: it must not be one of those that others on this machine are given next. */
	readonly isDetached?: boolean;
}

interface DeviceOptions extends AttachOptions {
	readonly totalBytes?: number;
	readonly name?: string;
	/** Bytes a second. */
	readonly readBytes?: number;
	readonly writeBytes?: number;
}

/** A real loop device. */
export const loopDevice =
	({totalBytes = MiB, name, readBytes, writeBytes, ...options}: DeviceOptions = {}) =>
	async (bench: Bench): Promise<Subject> => {
		const store = await fullFile(bench, totalBytes, name);
		const node = await attach(bench, store, options);
		const number = (await readFile(`/sys/block/${path.basename(node)}/dev`, 'utf8')).trim();
		return {
			target: node,
			store,
			...((readBytes || writeBytes) && {slow: {number, readBytes, writeBytes}}),
		};
	};

export const attach = async (bench: Bench, store: string, options?: AttachOptions): Promise<string> => {
	const loop = options?.isDetached ? await attachAside(store) : await attachLoop(store, options);
	if (!options?.readOnly) {
		// The kernel remembers of a loop device that it was made read-only.
		await runFile('blockdev', ['--setrw', loop.path]);
	}

	bench.teardown(async () => {
		// A case may have detached it; whoever has the name now is not ours.
		if ((await backingOf(loop.path)) === store) {
			await loop[Symbol.asyncDispose]();
		}
	});
	return loop.path;
};

/** The free loop device with the highest number. */
const attachAside = async (store: string): Promise<TestResource> =>
	untilFree(async () => {
		const numbers = (await readdir('/dev')).flatMap(name => /^loop(\d+)$/.exec(name)?.[1] ?? []).map(Number);
		for (const number of numbers.sort((one, other) => other - one)) {
			const node = `/dev/loop${number}`;
			if ((await backingOf(node)) === null) {
				await runFile('losetup', ['--direct-io=on', node, store]);
				const detach = async () => void (await runFile('losetup', ['--detach', node]));
				return {path: node, [Symbol.asyncDispose]: detach};
			}
		}

		throw new Error('all loop devices are busy');
	});

export const backingOf = async (node: string): Promise<string | null> => {
	try {
		const file = path.join('/sys/block', path.basename(node), 'loop/backing_file');
		return (await readFile(file, 'utf8')).trim().replace(/ \(deleted\)$/, '');
	} catch {
		return null;
	}
};

/** A loop device over a file that a server makes go wrong. */
export const badDevice =
	(faults: ServedFaults, options?: LoopOptions) =>
	async (bench: Bench): Promise<Subject> => {
		const {file, store} = await serveDisk(bench, faults);
		return {target: await attach(bench, file, options), store};
	};

/** The file itself that a server makes go wrong. */
export const badFile =
	(faults: ServedFaults, scheme: 'file' | 'loop' = 'file') =>
	async (bench: Bench): Promise<Subject> => {
		const {file, store} = await serveDisk(bench, faults);
		return {target: `${scheme}:${file}`, store};
	};

/** A file of 2 MiB, of which only the first 64 KiB hold data, on a file system that has no room for all of it. */
export const tooLargeFile =
	(scheme: 'file' | 'loop') =>
	async (bench: Bench): Promise<Subject> => {
		const directory = await mountTmpfs(bench, path.join(bench.place.directory, 'small'), 'size=1M');
		const store = path.join(directory, 'disk.img');
		await writeFile(store, Buffer.alloc(65_536, leftover));
		await truncate(store, 2 * MiB);
		return {target: `${scheme}:${store}`, store};
	};

/** Makes the file behind a loop device longer or shorter, and the device with it. */
export const resize = async ({target, store = ''}: Subject, totalBytes: number): Promise<void> => {
	await truncate(store, totalBytes);
	await runFile('losetup', ['--set-capacity', target]);
	const {size} = await stat(store);
	if (size !== totalBytes) {
		throw new Error(`${store} was not resized`);
	}
};
