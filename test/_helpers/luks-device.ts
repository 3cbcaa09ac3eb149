import {readFile, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import block from '../../src/devices/block.ts';
import type {Device} from '../../src/devices/device.ts';
import type {Tools} from '../../src/process.ts';
import {attach, MiB, run, surroundings} from './eraser-subjects.ts';
import {temporaryDirectory} from './fake-tools.ts';

export type LuksVersion = 1 | 2;

export interface LuksDevice {
	/** Held open for an erase. */
	readonly device: Device;
	readonly tools: Tools;
	readonly node: string;
	/** What is on it now, past the device itself. */
	contents(): Promise<Buffer>;
	/** Whether its passphrase opens it, or another device or file that has its header. */
	opens(where?: string, passphrase?: string): Promise<boolean>;
	/** Where its passphrase is. */
	readonly keyFile: string;
	/** A file beside it that does not exist yet. */
	place(name: string): string;
}

const fast = ['--batch-mode', '--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'];

const formats: Readonly<Record<LuksVersion, readonly string[]>> = {
	1: ['--type', 'luks1'],
	2: ['--type', 'luks2', '--luks2-metadata-size', '16k', '--luks2-keyslots-size', '896k'],
};

/** A loop device with a real LUKS header, and data that nobody would take for ciphertext behind it. */
export const luksDevice = async (
	t: ExecutionContext,
	version: LuksVersion,
	prepare: (
		node: string,
		keyFile: string,
		place: (name: string) => string,
	) => Promise<unknown> = async () => {},
): Promise<LuksDevice> => {
	const directory = await temporaryDirectory(t);
	const place = (name: string) => join(directory, name);
	const store = place('store.img');
	const keyFile = place('passphrase');
	await writeFile(store, '');
	await truncate(store, 4 * MiB);
	await writeFile(keyFile, 'correct horse');
	const node = await attach(t, store, 512);
	await run('cryptsetup', ['luksFormat', ...fast, ...formats[version], '--key-file', keyFile, node]);
	await prepare(node, keyFile, place);
	const facts = await block.inspect({scheme: 'block', target: node, path: node}, surroundings);
	const device = await block.open(facts, 'erase', surroundings);
	t.teardown(async () => device[Symbol.asyncDispose]());
	return {
		...{device, node, keyFile, place},
		tools: surroundings.tools,
		contents: async () => readFile(store),
		opens: async (where = node, passphrase = keyFile) => opensWith(passphrase, [where]),
	};
};

/** Whether cryptsetup finds the volume key; no mapping is made. */
export const opensWith = async (keyFile: string, args: readonly string[]): Promise<boolean> =>
	run('cryptsetup', ['open', '--test-passphrase', '--key-file', keyFile, ...args]).then(
		() => true,
		({code}: {code: number}) => {
			// "No usable keyslot is available." is 1, as is the wrong passphrase 2.
			if (code !== 1 && code !== 2) {
				throw new Error(`cryptsetup ended with ${code}`);
			}

			return false;
		},
	);

/** Adds a second key slot, or one that opens no data. */
export const addSlot = async (
	node: string,
	keyFile: string,
	options: readonly string[] = [],
): Promise<void> => {
	await run('cryptsetup', ['luksAddKey', ...fast, ...options, '--key-file', keyFile, node, keyFile]);
};
