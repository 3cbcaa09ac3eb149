import {execFile} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {promisify} from 'node:util';
import type {ExecutionContext, TestFn} from 'ava';
import block from '../../src/devices/block.ts';
import type {Device, DeviceSurroundings} from '../../src/devices/device.ts';
import file from '../../src/devices/file.ts';
import {createMemoryDevice} from '../../src/devices/memory.ts';
import {createTools} from '../../src/process.ts';
import {temporaryDirectory} from './fake-tools.ts';

export const run = promisify(execFile);
export const surroundings: DeviceSurroundings = {tools: createTools({env: process.env}), root: '/'};
const KiB = 1024;
export const MiB = 1024 ** 2;

export interface Subject {
	readonly device: Device;
	/** What is on it now, past the device itself. */
	contents(): Promise<Uint8Array>;
}

type Open = (t: ExecutionContext, totalBytes: number) => Promise<Subject>;

export const isRoot = process.getuid?.() === 0;

export const skip = (test: TestFn, what: string) => {
	process.stderr.write(`skipped without root: ${what}\n`);
	return test.serial.skip;
};

/** For a device that is a stand-in: a losetup of somebody else opens every loop device for a moment. */
export const notHeld = {holders: []};

export const loop =
	(sectorBytes: number): Open =>
	async (t, totalBytes) => {
		const store = join(await temporaryDirectory(t), 'store.img');
		await fill(store, totalBytes);
		const node = await attach(t, store, sectorBytes);
		const facts = await block.inspect({scheme: 'block', target: node, path: node}, surroundings);
		const device = await block.open(facts, 'erase', surroundings);
		t.teardown(async () => device[Symbol.asyncDispose]());
		return {device, contents: async () => readFile(store)};
	};

const regularFile: Open = async (t, totalBytes) => {
	const store = join(await temporaryDirectory(t), 'disk.img');
	await fill(store, totalBytes);
	const facts = await file.inspect({scheme: 'file', target: `file:${store}`, path: store}, surroundings);
	const device = await file.open(facts, 'erase', surroundings);
	t.teardown(async () => device[Symbol.asyncDispose]());
	return {device, contents: async () => readFile(store)};
};

const memory: Open = async (_t, totalBytes) => {
	const device = createMemoryDevice({totalBytes, fill: 0xaa});
	return {device, contents: async () => Uint8Array.from(device.bytes)};
};

export const targets: ReadonlyArray<{name: string; totalBytes: number; open: Open; needsRoot: boolean}> = [
	{name: 'a loop device of one sector', totalBytes: 512, open: loop(512), needsRoot: true},
	{
		name: 'a loop device with an odd last sector',
		totalBytes: 256 * KiB + 512,
		open: loop(512),
		needsRoot: true,
	},
	{
		name: 'a loop device of several MiB and a sector',
		totalBytes: 9 * MiB + 512,
		open: loop(512),
		needsRoot: true,
	},
	{
		name: 'a loop device with sectors of 4096 bytes',
		totalBytes: 2 * MiB + 4096,
		open: loop(4096),
		needsRoot: true,
	},
	{name: 'a file', totalBytes: 3 * MiB, open: regularFile, needsRoot: false},
	{name: 'a file that ends within a sector', totalBytes: 1_700_001, open: regularFile, needsRoot: false},
	{name: 'a file smaller than a sector', totalBytes: 100, open: regularFile, needsRoot: false},
	{name: 'a memory device', totalBytes: 5 * MiB + 512, open: memory, needsRoot: false},
];

// Random, but never 0 at either end.
const fill = async (path: string, totalBytes: number): Promise<void> => {
	const bytes = randomBytes(totalBytes);
	bytes[0] = 1;
	bytes[totalBytes - 1] = 1;
	await writeFile(path, bytes);
};

export const attach = async (t: ExecutionContext, store: string, sectorBytes: number): Promise<string> => {
	for (let attempt = 1; ; attempt += 1) {
		try {
			const {stdout} = await run('losetup', [
				'--find',
				'--show',
				'--sector-size',
				String(sectorBytes),
				store,
			]);
			const node = stdout.trim();
			t.teardown(async () => run('losetup', ['--detach', node]));
			if (!(await stat(node)).isBlockDevice()) {
				throw new Error(`${node} is no block device`);
			}

			return node;
		} catch (error) {
			if (attempt === 10) {
				throw error;
			}

			await sleep(100);
		}
	}
};

export const tmpfs = async (t: ExecutionContext, size: string): Promise<string> => {
	const directory = await temporaryDirectory(t);
	await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory]);
	t.teardown(async () => run('umount', ['--lazy', directory]));
	return directory;
};
