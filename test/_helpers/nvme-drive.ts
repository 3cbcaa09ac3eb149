import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import type {Device} from '../../src/devices/device.ts';
import type {DriveFacts} from '../../src/devices/drive.ts';
import type {Tools} from '../../src/process.ts';
import {capture} from './drive.ts';
import {driveOf, nvmeFacts} from './drive-facts.ts';
import {loop, notHeld, type Subject} from './eraser-subjects.ts';
import {fakeTools} from './fake-tools.ts';

interface DriveBehaviour {
	readonly state: 'never' | 'running' | 'done' | 'failed';
	/** Answers of a sanitize before it is done; -1: it fails. */
	readonly polls: number;
	/** What an erase makes of the media; `everything`: it lies. */
	readonly leaves: 'zeros' | 'ones' | 'everything';
	readonly fails: 'format' | 'sanitize' | 'silent' | 'deaf' | 'nothing';
	/** What `nvme list-ns` prints. */
	readonly 'list-ns'?: string;
}

export interface NvmeDrive extends Subject {
	readonly tools: Tools;
	/** Changes how it goes on, as time or somebody else would. */
	set(changes: Partial<DriveBehaviour>): Promise<void>;
	/** Resolves once it is sanitizing itself. */
	running(): Promise<void>;
	/** Resolves once it was told to do something. */
	told(): Promise<void>;
	/** What it was told so far, without questions. */
	commands(): Promise<readonly string[]>;
}

const usual: DriveBehaviour = {state: 'never', polls: 1, leaves: 'zeros', fails: 'nothing'};

/** A drive that can do all of NVMe's erasing. */
export const capable: DriveFacts = driveOf({
	nvme: {
		...nvmeFacts,
		sanitize: {cryptoErase: true, blockErase: true, overwrite: true, noDeallocateInhibited: false},
		format: {
			supported: true,
			formatsAllNamespaces: false,
			erasesAllNamespaces: false,
			cryptoErase: true,
		},
	},
});

/** A loop device full of random data that says that it is an NVMe drive, and the tools to talk to it: real but for `nvme`. */
export const nvmeDrive = async (
	t: ExecutionContext,
	behaviour: Partial<DriveBehaviour> = {},
	totalBytes = 4 * 1024 ** 2,
): Promise<NvmeDrive> => {
	const subject = await loop(512)(t, totalBytes);
	const {tools, directory, calls} = await fakeTools(t, {nvme: 'nvme-drive'});
	const place = join(directory, 'nvme.drive');
	await mkdir(place);
	for (const state of ['never', 'running', 'done', 'failed']) {
		await writeFile(join(place, state), await capture(`nvme-2.3-sanitize-log-${state}`));
	}

	for (const name of ['version', 'format', 'format-refused-stderr', 'sanitize', 'sanitize-refused-stderr']) {
		await writeFile(join(place, name), await capture(`nvme-2.3-${name}`));
	}

	await writeFile(join(place, 'list-ns'), JSON.stringify({nsid_list: [{nsid: 1}]}));
	const set = async (changes: Partial<DriveBehaviour>): Promise<void> => {
		for (const [name, value] of Object.entries(changes)) {
			await writeFile(join(place, name), `${value}\n`);
		}
	};
	await set({...usual, ...behaviour});
	const commands = async (): Promise<readonly string[]> =>
		(await calls('nvme')).filter(call => /^(?:admin-passthru|format) /.test(call));
	return {
		device: asDrive(subject.device),
		contents: subject.contents,
		tools,
		set,
		running: async () => until(async () => (await readFile(join(place, 'state'), 'utf8')) === 'running\n'),
		told: async () => until(async () => (await commands()).length > 0),
		commands,
	};
};

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
	const giveUpAtMs = performance.now() + 30_000;
	while (!(await isSo())) {
		if (performance.now() > giveUpAtMs) {
			throw new Error('the drive was told nothing');
		}

		await sleep(10);
	}
};

const asDrive = (device: Device): Device => ({
	...device,
	facts: {...device.facts, kind: 'disk', transport: 'nvme', drive: capable, ...notHeld},
	inspect: async () => ({...(await device.inspect()), ...notHeld}),
});
