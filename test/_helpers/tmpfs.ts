import {closeSync, mkdirSync, openSync, writeSync} from 'node:fs';
import {statfs} from 'node:fs/promises';
import path from 'node:path';
import type {Cleanup} from './cleanup.ts';
import {runFile} from './cli.ts';
import {untilFree} from './loop.ts';

/** Mounts a tiny file system in memory, made for the test; unmounted with its end. */
export const mountTmpfs = async (t: Cleanup, directory: string, options = 'size=64k'): Promise<string> => {
	mkdirSync(directory, {recursive: true});
	await runFile('mount', ['-t', 'tmpfs', '-o', options, 'zeroize-test', directory]);
	t.teardown(async () => untilFree(async () => runFile('umount', [directory])));
	return directory;
};

/** Leaves `freePages` of 4096 bytes. */
export const fillUp = async (directory: string, freePages = 0): Promise<void> => {
	const {bavail, bsize} = await statfs(directory);
	const fd = openSync(path.join(directory, 'filler'), 'w');
	writeSync(fd, Buffer.alloc((bavail - freePages) * bsize));
	closeSync(fd);
};
