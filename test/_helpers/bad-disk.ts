import {spawn} from 'node:child_process';
import {readFile, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ByteRange} from '../../src/devices/device.ts';
import type {Cleanup} from './cleanup.ts';
import {runFile} from './cli.ts';
import {temporaryDirectory} from './fake-tools.ts';
import {attachLoop} from './loop.ts';

export interface BadFile {
	/** A file that nbdkit serves through FUSE. */
	readonly file: string;
	readonly totalBytes: number;
	/** What is in it now. */
	contents(): Promise<Uint8Array>;
	/** From now on every write fails. */
	breakWrites(): Promise<void>;
	mendWrites(): Promise<void>;
}

/** What it holds at first, in every byte. */
export const leftover = 0xa5;

/** A file in which some places take no data but what is there already; as the disk behind a loop device they fail with EIO. */
export const badFile = async (
	t: Cleanup,
	totalBytes: number,
	unwritable: readonly ByteRange[],
): Promise<BadFile> =>
	serve(t, totalBytes, [
		...['--filter=protect', '--filter=error', 'data', `size=${totalBytes}`],
		`data=( ${leftover} ) * ${totalBytes}`,
		...unwritable.map(({offset, length}) => `protect=${offset}-${offset + length - 1}`),
	]);

/** A file with one sector that takes data, but for the first `failures` times. */
export const fickleFile = async (
	t: Cleanup,
	totalBytes: number,
	{offset, failures}: {readonly offset: number; readonly failures: number},
): Promise<BadFile> => {
	const directory = await temporaryDirectory(t);
	const [store, count] = [path.join(directory, 'store'), path.join(directory, 'count')];
	await writeFile(store, new Uint8Array(totalBytes).fill(leftover));
	await writeFile(count, '');
	const touches = `[ $4 -lt ${offset + 512} ] && [ $(($4 + $3)) -gt ${offset} ]`;
	const fail = `[ $(wc -l < ${count}) -lt ${failures} ] && { echo >> ${count}; echo EIO no >&2; exit 1; }`;
	return serve(t, totalBytes, [
		...['--filter=error', 'eval', `get_size=echo ${totalBytes}`],
		`pread=dd if=${store} iflag=skip_bytes,count_bytes bs=1M skip=$4 count=$3 status=none`,
		`pwrite=${touches} && ${fail}; dd of=${store} conv=notrunc iflag=count_bytes,fullblock oflag=seek_bytes bs=1M count=$3 seek=$4 status=none`,
		...['can_write=exit 0', 'can_flush=exit 0', 'flush=exit 0'],
		'thread_model=echo serialize_all_requests',
	]);
};

/** The loop device over it. */
export const asDisk = async (t: Cleanup, {file}: BadFile): Promise<string> => {
	const loop = await attachLoop(file);
	t.teardown(async () => loop[Symbol.asyncDispose]());
	return loop.path;
};

const serve = async (t: Cleanup, totalBytes: number, plugin: readonly string[]): Promise<BadFile> => {
	const directory = await temporaryDirectory(t);
	const [file, broken] = [path.join(directory, 'bad.img'), path.join(directory, 'broken')];
	await writeFile(file, '');
	const faults = ['error-pwrite=EIO', 'error-pwrite-rate=100%', `error-pwrite-file=${broken}`];
	const server = ['nbdkit', '--exit-with-parent', ...plugin, ...faults];
	const child = spawn('nbdfuse', [file, '[', ...server, ']'], {stdio: 'ignore'});
	const ended = new Promise(resolve => child.once('exit', resolve));
	t.teardown(async () => {
		await runFile('fusermount3', ['-u', '-z', file]).catch(() => {});
		child.kill();
		await ended;
	});
	await untilSize(file, totalBytes);
	return {
		file,
		totalBytes,
		contents: async () => readFile(file),
		breakWrites: async () => writeFile(broken, ''),
		mendWrites: async () => rm(broken, {force: true}),
	};
};

const untilSize = async (file: string, totalBytes: number): Promise<void> => {
	for (let attempt = 0; attempt < 100; attempt += 1) {
		const {size} = await stat(file);
		if (size === totalBytes) {
			return;
		}

		await sleep(50);
	}

	throw new Error('nbdfuse did not come up');
};
