import {constants} from 'node:fs';
import {mkdtemp, open, readFile, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {$} from 'zx';
import {alignedBuffer} from '../../aligned-buffer.ts';
import {errnoOf} from '../../errors.ts';

const tool = $({quiet: true, timeout: '10m', stdio: ['ignore', 'pipe', 'pipe']});

const blockBytes = 16 * 1024 * 1024;

/** One attachment of all files of a stage, for one run. */
export interface Attached {
	readonly nodes: readonly string[];
	/** Fills each device in the same way and drops the page cache. */
	fill(content: Content): Promise<void>;
	isZeroRangeOffloaded(): Promise<boolean>;
}

export type Content = 'random' | 'zeros';

/**
Files that are attached to loop devices anew for each run. What a run made the kernel learn of a device, such as that its file system cannot zero a range, is forgotten then.
*/
export interface Stage extends AsyncDisposable {
	/** For what a tool writes beside the devices. */
	readonly place: string;
	attach<Result>(use: (attached: Attached) => Promise<Result>): Promise<Result>;
	/** What is not zero in the files, looked at from outside; `undefined` when all is. */
	findRest(): Promise<string | undefined>;
}

interface StageOptions {
	readonly directory: string;
	readonly bytes: number;
	readonly devices: number;
	/** Past the page cache of the file system that the files are on. */
	readonly isDirect: boolean;
	readonly signal: AbortSignal;
}

export const openStage = async ({
	directory,
	bytes,
	devices,
	isDirect,
	signal,
}: StageOptions): Promise<Stage> => {
	const parent = await mkdtemp(path.join(directory, 'zeroize-bench-'));
	const place = await mkdtemp('/tmp/zeroize-bench-');
	const remove = async () => {
		await rm(parent, {recursive: true, force: true});
		await rm(place, {recursive: true, force: true});
	};
	const files = Array.from({length: devices}, (_, index) => path.join(parent, `${index + 1}.img`));
	try {
		for (const file of files) {
			await tool`fallocate --length ${bytes} ${file}`;
		}
	} catch (error) {
		await remove();
		throw error;
	}

	return {
		place,
		async attach(use) {
			const nodes: string[] = [];
			try {
				for (const file of files) {
					nodes.push(await attachLoop(file, isDirect));
				}

				return await use(attachedTo(nodes, bytes, signal));
			} finally {
				await Promise.all(nodes.map(detach));
			}
		},
		findRest: async () => {
			const rests = [];
			for (const [index, file] of files.entries()) {
				rests.push(await findRest(file, bytes, devices === 1 ? '' : `device ${index + 1}: `));
			}

			return rests.find(rest => rest !== undefined);
		},
		[Symbol.asyncDispose]: remove,
	};
};

const attachLoop = async (file: string, isDirect: boolean): Promise<string> => {
	const direct = isDirect ? ['--direct-io=on'] : [];
	for (let attempt = 1; ; attempt += 1) {
		try {
			const {stdout} = await tool`losetup --find --show --sector-size=4096 ${direct} ${file}`;
			const node = stdout.trim();
			if (!(await stat(node)).isBlockDevice()) {
				throw new Error(`${node} is not a block device: nothing may be written to it`);
			}

			return node;
		} catch (error) {
			// Between finding a free one and taking it, another program may have taken it.
			if (attempt === 20 || !/busy|temporarily/i.test(String(error))) {
				throw error;
			}

			await delay(attempt * 10);
		}
	}
};

const backingFile = (node: string): string => `/sys/block/${path.basename(node)}/loop/backing_file`;

// Somebody else who has it open just then makes it wait for him.
const detach = async (node: string): Promise<void> => {
	await tool`losetup --detach ${node}`;
	for (let attempt = 0; attempt < 200; attempt += 1) {
		try {
			await readFile(backingFile(node));
		} catch (error) {
			if (errnoOf(error) === 'ENOENT') {
				return;
			}
		}

		await delay(50);
	}

	throw new Error(`detaching ${node}: it is still attached after 10 seconds`);
};

const attachedTo = (nodes: readonly string[], bytes: number, signal: AbortSignal): Attached => ({
	nodes,
	async fill(content) {
		for (const node of nodes) {
			await fillDevice(node, bytes, content, signal);
			await tool`blockdev --flushbufs ${node}`;
		}

		await writeFile('/proc/sys/vm/drop_caches', '1');
	},
	async isZeroRangeOffloaded() {
		const limits = await Promise.all(
			nodes.map(node => readFile(`/sys/block/${path.basename(node)}/queue/write_zeroes_max_bytes`, 'utf8')),
		);
		return limits.every(limit => limit.trim() !== '0');
	},
});

const blocks = new Map<Content, Uint8Array>();

const blockOf = (content: Content): Uint8Array => {
	const known = blocks.get(content);
	if (known) {
		return known;
	}

	const block = alignedBuffer(blockBytes);
	if (content === 'random') {
		for (let offset = 0; offset < block.length; offset += 65_536) {
			crypto.getRandomValues(block.subarray(offset, offset + 65_536));
		}

		// No byte that a tool leaves looks as if it had been written.
		block.forEach((byte, index) => {
			block[index] = byte || 1;
		});
	}

	blocks.set(content, block);
	return block;
};

const lanes = 4;

const fillDevice = async (
	node: string,
	bytes: number,
	content: Content,
	signal: AbortSignal,
): Promise<void> => {
	const block = blockOf(content);
	await using file = await open(node, constants.O_WRONLY | constants.O_DIRECT);
	let position = 0;
	const writeOn = async (): Promise<void> => {
		while (position < bytes) {
			signal.throwIfAborted();
			const at = position;
			position += blockBytes;
			const length = Math.min(blockBytes, bytes - at);
			const {bytesWritten} = await file.write(block, 0, length, at);
			if (bytesWritten !== length) {
				throw new Error(`filling ${node}: ${bytesWritten} of ${length} bytes written at ${at}`);
			}
		}
	};
	await Promise.all(Array.from({length: lanes}, writeOn));
	await file.sync();
};

const findRest = async (file: string, bytes: number, name: string): Promise<string | undefined> => {
	const {exitCode, stdout, stderr} = await tool({nothrow: true})`cmp --bytes=${bytes} ${file} /dev/zero`;
	if (exitCode === 0) {
		return undefined;
	}

	const [, position] = /byte (\d+)/.exec(stdout) ?? [];
	return position ? `${name}byte ${Number(position) - 1} is not zero` : `${name}${(stdout + stderr).trim()}`;
};
