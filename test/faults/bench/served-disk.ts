import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ByteRange} from '../../../src/devices/device.ts';
import {runFile} from '../../_helpers/cli.ts';
import type {Bench} from './bench.ts';
import {fullFile} from './full-file.ts';

export interface ServedFaults {
	readonly totalBytes: number;
	/** Places that take no data. */
	readonly unwritable?: readonly ByteRange[];
	/** Places that give none. */
	readonly unreadable?: readonly ByteRange[];
	/** A place that takes data, but for the first so many times. */
	readonly fickle?: {readonly range: ByteRange; readonly failures: number};
	readonly failsFlush?: boolean;
	readonly writeDelayMs?: number;
	readonly readDelayMs?: number;
}

interface ServedDisk {
	/** What zeroize gets to see. */
	readonly file: string;
	/** What the server keeps the bytes in. */
	readonly store: string;
}

const servers = new Map<string, ChildProcess>();

/** A file that nbdkit serves through FUSE, and makes go wrong. */
export const serveDisk = async (bench: Bench, faults: ServedFaults): Promise<ServedDisk> => {
	const {totalBytes, unwritable = [], writeDelayMs, readDelayMs} = faults;
	const {directory} = bench.place;
	const store = await fullFile(bench, totalBytes, 'store.img');
	const file = path.join(directory, 'served.img');
	await writeFile(file, '');
	const isPlain = !(faults.unreadable || faults.fickle || faults.failsFlush);
	const server = [
		...['nbdkit', '--exit-with-parent'],
		// nbdkit 1.32 drops the connection when it shall zero what is protected: it writes zeros instead.
		...(unwritable.length > 0 ? ['--filter=nozero', '--filter=protect'] : []),
		...(writeDelayMs || readDelayMs ? ['--filter=delay'] : []),
		...(isPlain ? ['file', store] : await scripted(bench, store, faults)),
		...(unwritable.length > 0 ? ['zeromode=emulate'] : []),
		...unwritable.map(({offset, length}) => `protect=${offset}-${offset + length - 1}`),
		...(writeDelayMs ? [`delay-write=${writeDelayMs}ms`] : []),
		...(readDelayMs ? [`delay-read=${readDelayMs}ms`] : []),
	];
	const child = spawn('nbdfuse', [file, '[', ...server, ']'], {stdio: 'ignore'});
	servers.set(file, child);
	const ended = once(child, 'exit');
	bench.teardown(async () => {
		servers.delete(file);
		await runFile('fusermount3', ['-u', '-z', file]).catch(() => {});
		child.kill();
		await ended;
	});
	await untilSize(file, totalBytes);
	return {file, store};
};

/** The server is gone, as a disk is that was pulled. */
export const pull = async (file: string): Promise<void> => {
	const child = servers.get(file);
	if (!child) {
		throw new Error(`${file} is not served`);
	}

	const ended = once(child, 'exit');
	child.kill('SIGKILL');
	await ended;
};

/** The plug-in whose answers are shell scripts. */
const scripted = async (
	{place}: Bench,
	store: string,
	{totalBytes, unreadable = [], fickle, failsFlush}: ServedFaults,
): Promise<readonly string[]> => {
	const count = path.join(place.directory, 'failures');
	await writeFile(count, '');
	const touches = ({offset, length}: ByteRange) =>
		`[ $4 -lt ${offset + length} ] && [ $(($4 + $3)) -gt ${offset} ]`;
	const fail = 'echo EIO no >&2; exit 1';
	const reads = unreadable.map(range => `${touches(range)} && { ${fail}; }; `).join('');
	const writes = fickle
		? `${touches(fickle.range)} && [ $(wc -l < ${count}) -lt ${fickle.failures} ] && { echo >> ${count}; ${fail}; }; `
		: '';
	return [
		'eval',
		`get_size=echo ${totalBytes}`,
		`pread=${reads}dd if=${store} iflag=skip_bytes,count_bytes bs=1M skip=$4 count=$3 status=none`,
		`pwrite=${writes}dd of=${store} conv=notrunc iflag=count_bytes,fullblock oflag=seek_bytes bs=1M count=$3 seek=$4 status=none`,
		...['can_write=exit 0', 'can_flush=exit 0', `flush=${failsFlush ? fail : 'exit 0'}`],
		'thread_model=echo serialize_all_requests',
	];
};

const untilSize = async (file: string, totalBytes: number): Promise<void> => {
	for (let attempt = 0; attempt < 200; attempt += 1) {
		const {size} = await stat(file);
		if (size === totalBytes) {
			return;
		}

		await sleep(50);
	}

	throw new Error('nbdfuse did not come up');
};
