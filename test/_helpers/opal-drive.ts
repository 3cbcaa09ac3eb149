import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {DriveFacts, OpalFacts} from '../../src/devices/drive.ts';
import type {Tools} from '../../src/process.ts';
import {capture} from './drive.ts';
import {driveOf} from './drive-facts.ts';
import {loop, notHeld, type Subject} from './eraser-subjects.ts';
import {fakeTools} from './fake-tools.ts';

interface OpalBehaviour {
	readonly locking: 'enabled' | 'not-enabled';
	readonly psid: string;
	/** What a revert makes of the media; `everything`: it lies. */
	readonly leaves: 'noise' | 'everything';
	readonly fails: 'revert' | 'silent' | 'nothing';
}

export interface OpalDrive extends Subject {
	readonly tools: Tools;
	/** File with its PSID. */
	readonly psidFile: string;
	/** Changes how it goes on, as time or somebody else would. */
	set(changes: Partial<OpalBehaviour>): Promise<void>;
	/** What it was told so far, without questions. */
	commands(): Promise<readonly string[]>;
}

export const psid = 'VUCR5Q4Z0ZEROIZE0TEST0PSID000001';

export const opalFacts: OpalFacts = {
	...{ssc: 'opal-2', lockingSupported: true, lockingEnabled: true, locked: false},
	...{mediaEncryption: true, shadowMbr: false},
};

export const opalDriveFacts = (changes: Partial<OpalFacts> = {}): DriveFacts =>
	driveOf({selfEncrypting: true, opal: {...opalFacts, ...changes}});

/** A loop device full of random data that says that it is a TCG drive, and the tools to talk to it: real but for `sedutil-cli`. */
export const opalDrive = async (
	t: ExecutionContext,
	behaviour: Partial<OpalBehaviour> = {},
): Promise<OpalDrive> => {
	const subject = await loop(512)(t, 4 * 1024 ** 2);
	const {tools, directory, calls} = await fakeTools(t, {'sedutil-cli': 'opal-drive'});
	const place = join(directory, 'sedutil-cli.drive');
	await mkdir(place);
	await writeFile(join(place, 'enabled'), await capture('sedutil-query-locking-enabled'));
	await writeFile(join(place, 'not-enabled'), await capture('sedutil-query-not-enabled'));
	const set = async (changes: Partial<OpalBehaviour>): Promise<void> => {
		for (const [name, value] of Object.entries(changes)) {
			await writeFile(join(place, name), `${value}\n`);
		}
	};
	await set({...{locking: 'enabled', psid, leaves: 'noise', fails: 'nothing'}, ...behaviour});
	const psidFile = join(directory, 'psid');
	await writeFile(psidFile, `${psid}\n`, {mode: 0o600});
	const {device} = subject;
	return {
		...{tools, set, psidFile},
		contents: subject.contents,
		device: {
			...device,
			facts: {...device.facts, kind: 'disk', transport: 'sata', drive: opalDriveFacts(), ...notHeld},
			inspect: async () => ({...(await device.inspect()), ...notHeld}),
		},
		commands: async () => calls('sedutil-cli'),
	};
};
