import {spawn} from 'node:child_process';
import {readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import type {ByteRange} from '../../src/devices/device.ts';
import {runFile} from './cli.ts';
import {temporaryDirectory} from './fake-tools.ts';
import {attachLoop} from './loop.ts';

export interface BadDisk {
	/** The loop device; behind it a file that nbdkit serves through FUSE. */
	readonly node: string;
	readonly totalBytes: number;
	/** What is on it now. */
	contents(): Promise<Uint8Array>;
	/** From now on every write fails. */
	breakWrites(): Promise<void>;
	mendWrites(): Promise<void>;
}

/** What it holds at first. */
export const leftover = 0xa5;

/** A disk of `totalBytes` on which some places take no data that is not there already, as a worn-out drive's do. */
export const badDisk = async (
	t: ExecutionContext,
	totalBytes: number,
	unwritable: readonly ByteRange[],
): Promise<BadDisk> =>
	serve(t, totalBytes, [
		...['--filter=protect', '--filter=error', 'data', `size=${totalBytes}`],
		`data=( ${leftover} ) * ${totalBytes}`,
		...unwritable.map(({offset, length}) => `protect=${offset}-${offset + length - 1}`),
	]);

/** A disk with one sector that takes data only when it has been tried `failures` times. */
export const fickleDisk = async (
	t: ExecutionContext,
	totalBytes: number,
	{offset, failures}: {readonly offset: number; readonly failures: number},
): Promise<BadDisk> => {
	const directory = await temporaryDirectory(t);
	const store = path.join(directory, 'store');
	await writeFile(store, new Uint8Array(totalBytes).fill(leftover));
	const [count, part] = [path.join(directory, 'count'), '$4'];
	const touches = `[ ${part} -le ${offset} ] && [ $((${part} + $3)) -gt ${offset} ]`;
	const fail = `echo x >> ${count}; if [ $(wc -l < ${count}) -le ${failures} ]; then echo EIO >&2; exit 1; fi`;
	const write = `dd of=${store} conv=notrunc oflag=seek_bytes iflag=count_bytes,fullblock bs=1M seek=${part} count=$3 status=none`;
	return serve(t, totalBytes, [
		...['--filter=error', 'eval', `get_size=echo ${totalBytes}`],
		`pread=dd if=${store} iflag=skip_bytes,count_bytes bs=1M skip=${part} count=$3 status=none`,
		`pwrite=if ${touches}; then ${fail}; fi; ${write}`,
		...['can_flush=exit 0', 'flush=exit 0', 'thread_model=echo serialize_all_requests'],
	]);
};

const serve = async (
	t: ExecutionContext,
	totalBytes: number,
	plugin: readonly string[],
): Promise<BadDisk> => {
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
	const loop = await attachLoop(file);
	t.teardown(async () => loop[Symbol.asyncDispose]());
	return {
		node: loop.path,
		totalBytes,
		contents: async () => readFile(file),
		breakWrites: async () => writeFile(broken, ''),
		mendWrites: async () => void (await runFile('rm', ['-f', broken])),
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
