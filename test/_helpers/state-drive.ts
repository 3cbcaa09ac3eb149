import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import type {DeviceFacts} from '../../src/devices/device.ts';
import type {Tools} from '../../src/process.ts';
import {loop, notHeld, type Subject} from './eraser-subjects.ts';
import {fakeTools} from './fake-tools.ts';

/** A drive that is a loop device, with fake tools in fixtures/bin that keep its state in files. */
export interface StateDrive extends Subject {
	readonly tools: Tools;
	/** Changes how it goes on, as time or somebody else would. */
	set(changes: Readonly<Record<string, string | number>>): Promise<void>;
	state(): Promise<string>;
	/** Resolves once a tool was called with arguments that fit. */
	called(tool: string, pattern: RegExp): Promise<void>;
	/** The arguments of each call of a tool so far. */
	calls(tool: string): Promise<readonly string[]>;
}

interface StateDriveOptions {
	/** Programs of fixtures/bin, by the name of the tool. */
	readonly fakes: Readonly<Record<string, string>>;
	/** What the drive is like and what the tools say, by the name of the file that has it. */
	readonly files: Readonly<Record<string, string | number>>;
	readonly facts: Partial<DeviceFacts>;
	readonly totalBytes?: number;
}

export const stateDrive = async (
	t: ExecutionContext,
	{fakes, files, facts, totalBytes = 1024 ** 2}: StateDriveOptions,
): Promise<StateDrive> => {
	const {device, contents} = await loop(512)(t, totalBytes);
	const {tools, directory, calls} = await fakeTools(t, fakes);
	const place = join(directory, 'drive');
	await mkdir(place);
	const set: StateDrive['set'] = async changes => {
		for (const [name, value] of Object.entries(changes)) {
			const text = String(value);
			await writeFile(join(place, name), text.includes('\n') ? text : `${text}\n`);
		}
	};
	await set(files);
	return {
		device: {
			...device,
			facts: {...device.facts, kind: 'disk', ...notHeld, ...facts},
			inspect: async () => ({...(await device.inspect()), ...notHeld}),
		},
		...{contents, tools, set, calls},
		state: async () => (await readFile(join(place, 'state'), 'utf8')).trim(),
		async called(tool, pattern) {
			const giveUpAtMs = performance.now() + 30_000;
			while (!(await calls(tool)).some(call => pattern.test(call))) {
				if (performance.now() > giveUpAtMs) {
					throw new Error(`${tool} was not called with ${pattern}`);
				}

				await sleep(10);
			}
		},
	};
};
