import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import type {DeviceFacts} from '../../src/devices/device.ts';
import type {DriveFacts} from '../../src/devices/drive.ts';
import type {Tools} from '../../src/process.ts';
import {capture} from './drive.ts';
import {ataFacts, driveOf, securityOf} from './drive-facts.ts';
import {loop, notHeld, type Subject} from './eraser-subjects.ts';
import {fakeTools} from './fake-tools.ts';

/** The commands that it can be told to refuse. */
type Command =
	| 'set-pass'
	| 'unlock'
	| 'disable'
	| 'erase'
	| 'erase-enhanced'
	| 'crypto-scramble'
	| 'block-erase'
	| 'overwrite';

interface DriveBehaviour {
	readonly security: 'off' | 'on' | 'locked' | 'frozen' | 'expired';
	/** The one that is set. */
	readonly password: string;
	readonly sanitize: 'never' | 'running' | 'done' | 'failed' | 'frozen';
	/** Answers of a sanitize before it is done; -1: it fails. */
	readonly polls: number;
	/** What a sanitize that is over says; `never`: nothing, as through an adapter that keeps its answers. */
	readonly ends: 'done' | 'never';
	/** What an erase makes of the media; `everything`: it lies. */
	readonly leaves: 'zeros' | 'ones' | 'everything';
	/** `unheard-…`: the command is lost on its way, and hdparm does not notice. `silent`: it answers no questions. `endless`: an erase that does not end. */
	readonly fails:
		| Command
		| `${Command} ${Command}`
		| `unheard-${Command}`
		| 'silent'
		| 'endless'
		| 'stays-locked'
		| 'nothing';
}

export interface AtaDrive extends Subject {
	readonly tools: Tools;
	/** As if it were another one, with other habits: nothing was told to it yet. */
	renew(behaviour: Partial<DriveBehaviour>): Promise<void>;
	/** Changes how it goes on, as time or somebody else would. */
	set(changes: Partial<DriveBehaviour>): Promise<void>;
	/** What it holds of itself. */
	state(what: 'security' | 'password' | 'sanitize'): Promise<string>;
	/** Resolves once it is sanitizing itself. */
	running(): Promise<void>;
	/** Resolves once a command like this was given to it. */
	told(command: RegExp): Promise<void>;
	/** What it was told so far, without questions. */
	commands(): Promise<readonly string[]>;
}

const usual: DriveBehaviour = {
	security: 'off',
	password: '',
	sanitize: 'never',
	polls: 1,
	ends: 'done',
	leaves: 'zeros',
	fails: 'nothing',
};

const captures = [
	...['off', 'on', 'locked', 'frozen', 'expired'].map(state => `security-${state}`),
	...['never', 'running', 'failed', 'frozen', 'failed-stderr', 'unheard', 'unheard-stderr'].map(
		state => `sanitize-${state}`,
	),
	...['set-pass', 'unlock', 'disable', 'erase', 'erase-enhanced'].flatMap(said),
	...['crypto-scramble', 'block-erase', 'overwrite'].flatMap(said),
];

function said(command: string): readonly string[] {
	return [`${command}-done`, `${command}-refused-stderr`];
}

/** A SATA disk that can do all of ATA's erasing. */
export const capableAta = (changes: Partial<DriveFacts> = {}): DriveFacts =>
	driveOf({
		ata: {
			...ataFacts,
			security: securityOf(),
			sanitize: {
				cryptoScramble: true,
				blockErase: true,
				overwrite: true,
				antifreezeLock: false,
				status: {state: 'idle'},
			},
		},
		...changes,
	});

/** A loop device full of random data that says that it is a SATA drive, and the tools to talk to it: real but for `hdparm`. */
export const ataDrive = async (
	t: ExecutionContext,
	behaviour: Partial<DriveBehaviour> = {},
	facts: Partial<DeviceFacts> = {},
): Promise<AtaDrive> => {
	const subject = await loop(512)(t, 1024 ** 2);
	const {tools, directory, calls} = await fakeTools(t, {hdparm: 'ata-drive'});
	const place = join(directory, 'hdparm.drive');
	await mkdir(place);
	await writeFile(join(place, 'version'), 'hdparm v9.65\n');
	for (const name of captures) {
		await writeFile(join(place, name), await capture(`hdparm-9.65-${name}`));
	}

	// Captured of a drive that has ended one, and has none under way.
	await writeFile(join(place, 'sanitize-done'), await capture('hdparm-9.65-sanitize-idle'));
	const set = async (changes: Partial<DriveBehaviour>): Promise<void> => {
		for (const [name, value] of Object.entries(changes)) {
			await writeFile(join(place, name), `${value}\n`);
		}
	};
	await set({...usual, ...behaviour});
	const {device} = subject;
	const state: AtaDrive['state'] = async what => (await readFile(join(place, what), 'utf8')).trim();
	const commands = async () =>
		(await calls('hdparm')).filter(call => !/^(?:-V|-I|--sanitize-status)\b/.test(call));
	return {
		device: {
			...device,
			facts: {...device.facts, kind: 'disk', transport: 'sata', drive: capableAta(), ...notHeld, ...facts},
			inspect: async () => ({...(await device.inspect()), ...notHeld}),
		},
		contents: subject.contents,
		tools,
		set,
		async renew(changes) {
			await set({...usual, ...changes});
			await rm(join(directory, 'hdparm.calls'), {force: true});
		},
		state,
		running: async () => until(async () => (await state('sanitize')) === 'running'),
		told: async command => until(async () => (await commands()).some(call => command.test(call))),
		commands,
	};
};

const until = async (isTrue: () => Promise<boolean>): Promise<void> => {
	const giveUpAtMs = performance.now() + 30_000;
	while (!(await isTrue())) {
		if (performance.now() > giveUpAtMs) {
			throw new Error('the drive was told nothing');
		}

		await sleep(10);
	}
};
