import {execFile} from 'node:child_process';
import {randomFillSync} from 'node:crypto';
import {mkdtemp, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {promisify} from 'node:util';

const run = promisify(execFile);

export interface TestResource extends AsyncDisposable {
	readonly path: string;
}

export interface LoopOptions {
	readonly sectorSize?: number;
	readonly readOnly?: boolean;
	/** Past the page cache of the file, as a disk would be; the default. */
	readonly directIo?: boolean;
}

/** Real loop devices need root. */
export const isRoot = process.getuid?.() === 0;

/** Attaches a file to a free loop device; detached when disposed. */
export const attachLoop = async (
	file: string,
	{sectorSize = 512, readOnly = false, directIo = true}: LoopOptions = {},
): Promise<TestResource> => {
	const args = [
		'--find',
		'--show',
		`--sector-size=${sectorSize}`,
		...(directIo ? ['--direct-io=on'] : []),
		...(readOnly ? ['--read-only'] : []),
		file,
	];
	const path = await untilFree(async () => (await run('losetup', args)).stdout.trim());
	if (!(await stat(path)).isBlockDevice()) {
		throw new Error(`${path} is not a block device: nothing may be written to it`);
	}

	let isAttached = true;
	return {
		path,
		[Symbol.asyncDispose]: async () => {
			if (isAttached) {
				isAttached = false;
				await run('losetup', ['--detach', path]);
			}
		},
	};
};

/** Runs losetup again while another test has the loop device: between finding a free one and taking it, it may be taken. So with umount: who looks at what processes have open holds it for a moment. */
export const untilFree = async <T>(attach: () => Promise<T>): Promise<T> => {
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await attach();
		} catch (error) {
			if (attempt === 20 || !/busy|temporarily/i.test(String(error))) {
				throw error;
			}

			await delay(attempt * 10);
		}
	}
};

/** Nodes of the loop devices that a file is attached to. */
export const loopsOf = async (file: string): Promise<string[]> => {
	const {stdout} = await run('losetup', ['--noheadings', '--output', 'NAME', '--associated', file]);
	return stdout.split('\n').filter(line => line !== '');
};

export const randomBytes = (bytes: number): Uint8Array => randomFillSync(new Uint8Array(bytes));

/** A file of random bytes in a directory of its own; both removed when disposed. */
export const randomFile = async (bytes: number, directory: string = tmpdir()): Promise<TestResource> => {
	const parent = await mkdtemp(join(directory, 'zeroize-test-'));
	const path = join(parent, 'disk.img');
	await writeFile(path, randomBytes(bytes));
	return {path, [Symbol.asyncDispose]: async () => rm(parent, {recursive: true, force: true})};
};

export const temporaryDirectory = async (): Promise<TestResource> => {
	const path = await mkdtemp(join(tmpdir(), 'zeroize-test-'));
	return {path, [Symbol.asyncDispose]: async () => rm(path, {recursive: true, force: true})};
};
