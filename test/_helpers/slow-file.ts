import {spawn} from 'node:child_process';
import {stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Cleanup} from './cleanup.ts';
import {runFile} from './cli.ts';

export interface Slowness {
	readonly readDelayMs?: number;
	readonly writeDelayMs?: number;
}

/** A file of zeros that answers each request late, as a worn-out drive does: nbdkit behind FUSE. */
export const slowFile = async (
	t: Cleanup,
	directory: string,
	{readDelayMs = 0, writeDelayMs = 0}: Slowness,
): Promise<{readonly path: string; readonly totalBytes: number}> => {
	const file = path.join(directory, 'slow.img');
	await writeFile(file, '');
	const delays = [`delay-read=${readDelayMs}ms`, `delay-write=${writeDelayMs}ms`];
	const server = ['nbdkit', '--exit-with-parent', '--filter=delay', 'memory', '64M', ...delays];
	const child = spawn('nbdfuse', [file, '[', ...server, ']'], {stdio: 'ignore'});
	const ended = new Promise(resolve => child.once('exit', resolve));
	t.teardown(async () => {
		await runFile('fusermount3', ['-u', '-z', file]).catch(() => {});
		child.kill();
		await ended;
	});
	for (let attempt = 0; attempt < 100; attempt += 1) {
		const {size} = await stat(file);
		if (size > 0) {
			return {path: file, totalBytes: size};
		}

		await sleep(50);
	}

	throw new Error('nbdfuse did not come up');
};
