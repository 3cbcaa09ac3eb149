import {spawn} from 'node:child_process';
import {open, readdir, readFile, rename, rm, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {runFile} from '../cli.ts';
import {loopsOf} from '../loop.ts';
import type {Disk} from './disk.ts';
import type {Disturbance} from './loop-scenario.ts';

export interface Surroundings {
	readonly disk: Disk;
	readonly totalBytes: number;
	readonly stack: AsyncDisposableStack;
	/** As SIGINT or SIGTERM does in a process of its own. */
	interrupt(code: 'INTERRUPTED' | 'TERMINATED'): void;
}

/** Where a process wrote. */
export const writtenBytes = 4096;

const other = 0x77;

/** Lets it happen; true when it did. What comes too late finds nothing to disturb. */
export const disturb = async (disturbance: Disturbance, surroundings: Surroundings): Promise<boolean> => {
	await sleep(disturbance.delayMs);
	const node = await nodeOf(surroundings.disk);
	if (node === undefined && disturbance.kind !== 'interrupt us' && disturbance.kind !== 'replace the file') {
		return false;
	}

	try {
		return await happen[disturbance.kind](disturbance, surroundings, node ?? '');
	} catch {
		// It has gone already.
		return false;
	}
};

const nodeOf = async ({target, file}: Disk): Promise<string | undefined> =>
	target.startsWith('/dev/') ? target : (await loopsOf(file).catch(() => []))[0];

type Happen = (disturbance: Disturbance, surroundings: Surroundings, node: string) => Promise<boolean>;

const happen: Readonly<Record<Disturbance['kind'], Happen>> = {
	'kill dd': async ({signal}, _, node) => signalDd(node, signal),
	'stop dd': async (_, __, node) => {
		const isStopped = await signalDd(node, 'SIGSTOP');
		await sleep(150);
		return (await signalDd(node, 'SIGCONT')) && isStopped;
	},
	'interrupt us': async ({signal}, {interrupt}) => {
		interrupt(signal === 'SIGTERM' ? 'TERMINATED' : 'INTERRUPTED');
		return true;
	},
	shrink: async ({offset}, {disk, totalBytes}, node) => {
		await truncate(disk.image, Math.max(4096, offset));
		await runFile('losetup', ['--set-capacity', node]);
		// A write behind the new end made the file longer again; and what is served keeps its size.
		const {stdout} = await runFile('blockdev', ['--getsize64', node]);
		return Number(stdout) !== totalBytes;
	},
	'make read-only': async (_, {stack}, node) => {
		// It would stay so for whoever gets this loop device next.
		stack.defer(async () => void (await runFile('blockdev', ['--setrw', node])));
		await runFile('blockdev', ['--setro', node]);
		return true;
	},
	'replace the file': async (_, {disk}) => {
		const {size} = await open(disk.file).then(async handle => {
			await using held = handle;
			return held.stat();
		});
		const replacement = `${disk.file}.new`;
		await writeFile(replacement, new Uint8Array(size).fill(other));
		await rename(disk.file, `${disk.file}.old`);
		await rename(replacement, disk.file);
		return true;
	},
	detach: async (_, __, node) => {
		await runFile('losetup', ['--detach', node]);
		return true;
	},
	'kill the server': async (_, {disk}) => disk.server?.kill('SIGKILL') ?? false,
	unmount: async (_, {disk}) => {
		await runFile('fusermount3', ['-u', '-z', disk.file]);
		return true;
	},
	'break writes': async (_, {disk}) => {
		await writeFile(disk.broken, '');
		await sleep(300);
		await rm(disk.broken);
		return true;
	},
	write: async ({offset, isDirect}, _, node) => {
		const operands = ['if=/dev/urandom', `of=${node}`, 'conv=nocreat,notrunc', `bs=${writtenBytes}`];
		await runFile('dd', [
			...operands,
			'count=1',
			`seek=${offset / writtenBytes}`,
			...(isDirect ? ['oflag=direct'] : []),
		]);
		return true;
	},
	'hold open': async (_, {stack}, node) => {
		await using handle = await open(node, 'r+');
		const holder = spawn('sleep', ['600'], {stdio: [handle.fd, 'ignore', 'ignore']});
		const ended = new Promise(resolve => holder.once('exit', resolve));
		stack.defer(async () => {
			holder.kill('SIGKILL');
			await ended;
		});
		await new Promise((resolve, reject) => holder.once('spawn', resolve).once('error', reject));
		return true;
	},
};

/** The dd that writes to this loop device, and no other. */
const signalDd = async (node: string, signal: NodeJS.Signals): Promise<boolean> => {
	for (let attempt = 0; attempt < 40; attempt += 1) {
		for (const name of await readdir('/proc')) {
			const line = /^\d+$/.test(name)
				? await readFile(path.join('/proc', name, 'cmdline'), 'utf8').catch(() => '')
				: '';
			const words = line.split('\0');
			if (words[0]?.endsWith('dd') && words.includes(`of=${node}`) && words.includes('if=/dev/zero')) {
				return process.kill(Number(name), signal);
			}
		}

		await sleep(5);
	}

	return false;
};
