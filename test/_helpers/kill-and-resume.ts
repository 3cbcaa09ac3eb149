import {spawn} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Readable} from 'node:stream';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {type CliEnd, cli, createPlace, type Place, zeroize} from './cli.ts';
import {attachLoop} from './loop.ts';
import {slowFile} from './slow-file.ts';

export const totalBytes = 48 * 1024 ** 2;
const leftover = 0xa5;
// Some six seconds for the device: long enough for places to go on from.
const writeDelaysMs: Readonly<Record<string, number>> = {dd: 100, direct: 200};

export interface Killed {
	readonly kills: number;
	readonly how: 'not begun' | 'resumed' | 'ended before';
	/** Where the last erase went on. */
	readonly from: number;
	/** Bytes of the device that are not zero. */
	readonly leftBytes: number;
}

/** A run that SIGKILL ends at a random moment, and then its resumption; now and then that as well. */
export const killAndResume = async (
	t: ExecutionContext,
	eraser: string,
	random: () => number,
): Promise<Killed> => {
	const place = await createPlace(t);
	const store = path.join(place.directory, 'store.img');
	await writeFile(store, new Uint8Array(totalBytes).fill(leftover));
	const {path: file} = await slowFile(t, place.directory, {store, writeDelayMs: writeDelaysMs[eraser] ?? 0});
	const loop = await attachLoop(file);
	t.teardown(async () => loop[Symbol.asyncDispose]());
	const disk = loop.path;
	const options = ['--eraser', eraser, '--progress', 'json', ...place.args];
	const first = ['run', 'erase', '--device', disk, '--confirm', disk, ...options];
	const kill = async (args: readonly string[]) =>
		killAfter(args, {...momentOf(random), withChildren: random() < 0.3});
	await kill(first);
	let kills = 1;
	for (; random() < 0.3; kills += 1) {
		const journal = await findJournal(place);
		await kill(['resume', journal ?? '', '--progress', 'json']);
	}

	const journal = await findJournal(place);
	if (journal === undefined) {
		return {kills, how: 'not begun', from: 0, leftBytes: await countLeft(store)};
	}

	const end = await zeroize(['resume', journal, '--progress', 'json'], {timeoutMs: 120_000});
	return {kills, how: howItEnded(end), from: goneOnFrom(end), leftBytes: await countLeft(store)};
};

// Most of them while it writes or reads; some before, and some when all that is left is to keep the log.
const momentOf = (random: () => number): Pick<Kill, 'ms' | 'since'> => {
	const choice = random();
	if (choice > 0.8) {
		return {ms: Math.round(random() * 60), since: /"type":"step\.started","step":"keep-log"/};
	}

	return {ms: Math.round(random() * 6000), since: choice < 0.15 ? /^/ : /"type":"run\.committed"/};
};

const findJournal = async (place: Place): Promise<string | undefined> => {
	const {state, log} = await place.runs();
	// While it is moved it is in both, or in the second with its log still in the first.
	return [...state, ...log]
		.map(directory => path.join(directory, 'journal.jsonl'))
		.find(file => existsSync(file));
};

interface Kill {
	readonly ms: number;
	/** What it must have said before the time begins. */
	readonly since: RegExp;
	/** The dd that it runs as well. */
	readonly withChildren: boolean;
}

const isSeen = async (output: Readable, pattern: RegExp): Promise<void> => {
	let text = '';
	await new Promise<void>(resolve => {
		output.setEncoding('utf8').on('data', (more: string) => {
			text += more;
			if (pattern.test(text)) {
				resolve();
			}
		});
		if (pattern.test('')) {
			resolve();
		}
	});
};

/** Ends it, and now and then the dd that it runs, without a word. */
const killAfter = async (args: readonly string[], {ms, since, withChildren}: Kill): Promise<void> => {
	const child = spawn(process.execPath, [cli, ...args], {stdio: ['ignore', 'pipe', 'ignore']});
	const ended = new Promise(resolve => child.once('close', resolve));
	await Promise.race([isSeen(child.stdout, since), ended]);
	await Promise.race([sleep(ms), ended]);
	const pids = [child.pid, ...(withChildren ? childrenOf(child.pid) : [])];
	for (const pid of pids) {
		if (pid !== undefined && child.exitCode === null) {
			process.kill(pid, 'SIGKILL');
		}
	}

	await ended;
};

const childrenOf = (pid: number | undefined): readonly number[] =>
	readProcess(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);

const countLeft = async (store: string): Promise<number> => {
	let count = 0;
	for (const byte of await readFile(store)) {
		count += byte === 0 ? 0 : 1;
	}

	return count;
};

// It may have ended a moment ago.
const readProcess = (file: string): string => {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
};

const howItEnded = ({exitCode, stderr, events}: CliEnd): Killed['how'] => {
	if (exitCode === 2 && /has ended well: there is nothing to resume/.test(stderr)) {
		return 'ended before';
	}

	if (exitCode === 2 && /it holds no complete line/.test(stderr)) {
		return 'not begun';
	}

	if (exitCode === 3 && /tells of no confirmation/.test(stderr)) {
		return 'not begun';
	}

	if (exitCode !== 0) {
		const failed = events.filter(({type}) => type === 'step.failed').map(event => JSON.stringify(event));
		throw new Error(`the resumption ended with ${exitCode}: ${[stderr, ...failed].join('\n')}`);
	}

	return 'resumed';
};

const goneOnFrom = ({events}: CliEnd): number => {
	const started = events.find(event => event.type === 'step.started' && event.step === 'erase');
	return started?.type === 'step.started' ? (started.from ?? 0) : 0;
};
