import {spawn} from 'node:child_process';
import {stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Cleanup} from './cleanup.ts';
import {runFile} from './cli.ts';

export interface Slowness {
	readonly readDelayMs?: number;
	readonly writeDelayMs?: number;
	/** File that keeps what is written; memory full of zeros by default. */
	readonly store?: string;
}

export interface SlowFile {
	readonly path: string;
	readonly totalBytes: number;
	/** From now on nothing is answered any more: whoever waits cannot be killed. */
	freeze(): void;
	thaw(): void;
}

/** A file that answers each request late, as a worn-out drive does: nbdkit behind FUSE. */
export const slowFile = async (
	t: Cleanup,
	directory: string,
	{readDelayMs = 0, writeDelayMs = 0, store}: Slowness,
): Promise<SlowFile> => {
	const file = path.join(directory, 'slow.img');
	await writeFile(file, '');
	const delays = [`delay-read=${readDelayMs}ms`, `delay-write=${writeDelayMs}ms`];
	const plugin = store === undefined ? ['memory', '64M'] : ['file', store];
	const server = ['nbdkit', '--exit-with-parent', '--filter=delay', ...plugin, ...delays];
	const child = spawn('nbdfuse', [file, '[', ...server, ']'], {stdio: 'ignore'});
	const ended = new Promise(resolve => child.once('exit', resolve));
	t.teardown(async () => {
		child.kill('SIGCONT');
		await runFile('fusermount3', ['-u', '-z', file]).catch(() => {});
		child.kill();
		await ended;
	});
	for (let attempt = 0; attempt < 100; attempt += 1) {
		const {size} = await stat(file);
		if (size > 0) {
			return {
				path: file,
				totalBytes: size,
				freeze: () => void child.kill('SIGSTOP'),
				thaw: () => void child.kill('SIGCONT'),
			};
		}

		await sleep(50);
	}

	throw new Error('nbdfuse did not come up');
};
