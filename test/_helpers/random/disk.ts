import {type ChildProcess, spawn} from 'node:child_process';
import {mkdir, stat, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {leftover} from '../bad-disk.ts';
import {runFile} from '../cli.ts';
import {attachLoop} from '../loop.ts';
import type {LoopScenario} from './loop-scenario.ts';

/** What a run is let loose on. */
export interface Disk {
	/** What is behind everything; read it to know what is left. */
	readonly image: string;
	/** What the loop device has as its file. */
	readonly file: string;
	readonly target: string;
	readonly confirmation: string;
	readonly server: ChildProcess | undefined;
	/** While this is there, no write to a served file succeeds. */
	readonly broken: string;
}

/** Everything but the image is undone when `stack` is disposed. */
export const createDisk = async (
	scenario: LoopScenario,
	{image, directory}: {readonly image: string; readonly directory: string},
	stack: AsyncDisposableStack,
): Promise<Disk> => {
	const broken = path.join(directory, 'broken');
	const served =
		scenario.store === 'served' ? await serve(scenario, {image, broken, directory}, stack) : undefined;
	const file = served?.file ?? image;
	const common = {image, file, broken, server: served?.server};
	if (scenario.scheme === 'loop') {
		return {...common, target: `loop:${file}`, confirmation: file};
	}

	const {sectorBytes: sectorSize, directIo} = scenario;
	// Not every file system knows direct I/O.
	const loop = await attachLoop(file, {sectorSize, directIo: directIo && scenario.store !== 'small'});
	stack.defer(async () => {
		// Who disturbed the run may have detached it.
		await Promise.allSettled([loop[Symbol.asyncDispose]()]);
	});
	return {...common, target: loop.path, confirmation: loop.path};
};

/** The bytes that are erased; `stack` removes them. */
export const createImage = async (
	{store, totalBytes}: LoopScenario,
	directory: string,
	stack: AsyncDisposableStack,
): Promise<string> => {
	if (store !== 'small') {
		const image = path.join(directory, 'disk.img');
		await writeFile(image, new Uint8Array(totalBytes).fill(leftover));
		return image;
	}

	const place = path.join(directory, 'small');
	await mkdir(place);
	await runFile('mount', ['-t', 'tmpfs', '-o', `size=${totalBytes / 2}`, 'zeroize-test', place]);
	stack.defer(async () => void (await runFile('umount', ['--lazy', place])));
	const image = path.join(place, 'disk.img');
	await writeFile(image, new Uint8Array(totalBytes / 4).fill(leftover));
	await truncate(image, totalBytes);
	return image;
};

interface Places {
	readonly image: string;
	readonly broken: string;
	readonly directory: string;
}

const serve = async (
	scenario: LoopScenario,
	{image, broken, directory}: Places,
	stack: AsyncDisposableStack,
) => {
	const file = path.join(directory, 'served.img');
	await writeFile(file, '');
	const {unwritable, writeDelayMs, writeErrors, readErrors, disturbance, totalBytes} = scenario;
	const breaks = disturbance?.kind === 'break writes';
	const server = spawn(
		'nbdfuse',
		[
			...[file, '[', 'nbdkit', '--exit-with-parent', '--filter=delay', '--filter=error', '--filter=protect'],
			...['file', image, `delay-write=${writeDelayMs}ms`],
			...['error-pwrite=EIO', `error-pwrite-rate=${breaks ? 100 : writeErrors}%`],
			...(breaks ? [`error-pwrite-file=${broken}`] : []),
			...['error-pread=EIO', `error-pread-rate=${readErrors}%`],
			...unwritable.map(({offset, length}) => `protect=${offset}-${offset + length - 1}`),
			']',
		],
		{stdio: 'ignore'},
	);
	const ended = new Promise(resolve => server.once('exit', resolve));
	stack.defer(async () => {
		await runFile('fusermount3', ['-u', '-z', file]).catch(() => {});
		server.kill();
		await ended;
	});
	for (let attempt = 0; (await stat(file)).size !== totalBytes; attempt += 1) {
		if (attempt === 400) {
			throw new Error('nbdfuse did not come up');
		}

		await sleep(25);
	}

	return {file, server};
};
