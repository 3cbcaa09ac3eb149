import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Departure} from '../hosts/host.ts';
import {quietKernel} from '../hosts/ram/quiet-kernel.ts';
import {feedWatchdogs} from '../hosts/ram/watchdogs.ts';
import ram from '../hosts/ram.ts';
import {createConsoles} from '../output/consoles.ts';
import {readKeptRun} from '../records/kept-run.ts';
import plain from '../views/plain.ts';
import {type AddCommand, type CommandEnd, printError, type Surroundings} from './command.ts';
import {createMenu} from './init/menu.ts';
import {continueRun} from './session/continue.ts';

const flushMs = 10_000;

type Ending = NonNullable<CommandEnd['halt']>;

const haltMs = 30_000;

const tailLines = 12;

const minuteMs = 60_000;

/** How long to wait before a delivery that failed is tried again by itself, the first time and later. */
const backOffMinutes = [1, 2, 5, 10, 15];

/**
PID 1 after the system has left its disk: goes on with the run until the machine can be ended. Whatever fails, it stays on the console with the reason and a choice; it never returns without a halt, because a kernel whose PID 1 ends panics.
*/
export const addInit: AddCommand = (program, surroundings, finish) => {
	program
		.command('init <directory>', {hidden: true})
		.description('as PID 1, go on with a run whose disk was left')
		.action(async (directory: string) => {
			finish(await beInit(directory, surroundings));
		});
};

const beInit = async (directory: string, surroundings: Surroundings): Promise<CommandEnd> => {
	const consoles = await consolesOf(directory);
	const output = createConsoles(consoles, surroundings.root);
	const own = {...surroundings, stdout: output, stderr: output};
	const {root} = surroundings;
	await quietKernel(root);
	using _watchdogs = await feedWatchdogs({root, tell: line => output.write(`${line}\n`)});
	const menu = createMenu(consoles, own);
	for (let attempt = 0; ; attempt += 1) {
		const end = await tryOnce(directory, own);
		if (end.halt) {
			return {...end, halt: staying(end.halt, own)};
		}

		const minutes = backOffMinutes[Math.min(attempt, backOffMinutes.length - 1)] ?? 1;
		const choice = await menu.ask({
			tail: await logTail(directory),
			// The erase stands; only what should have followed it is still to be done.
			retryAfterMs: end.exitCode === aftercareFailed ? minutes * minuteMs : undefined,
		});
		if (choice === 'poweroff') {
			const halt = {host: ram.create(own), halt: {how: 'poweroff', by: 'sysrq'}} as const;
			return {...end, halt: staying(halt, own)};
		}
	}
};

const aftercareFailed = 6;

const consolesOf = async (directory: string): Promise<Departure['consoles']> => {
	const kept = await readKeptRun(directory).catch(() => undefined);
	return kept?.plan.departure?.consoles ?? ['console'];
};

const tryOnce = async (directory: string, surroundings: Surroundings): Promise<CommandEnd> => {
	try {
		const kept = await readKeptRun(directory);
		return await continueRun({kept, view: plain, host: 'ram'}, surroundings);
	} catch (error) {
		const {code} = printError(surroundings.stderr, 'going on with the run', error);
		return {exitCode: code === 'INTERNAL' ? 1 : 4};
	}
};

/** The kernel ends the machine some time after it was told to, or never: not every one can switch itself off. */
const staying = ({host, halt}: Ending, {stdout, stderr}: Surroundings): Ending => ({
	halt,
	host: {
		...host,
		async halt(how) {
			await stdout.flush(flushMs);
			try {
				await host.halt(how);
			} catch (error) {
				printError(stderr, 'ending the machine', error);
			}

			await sleep(haltMs);
			stdout.write('This machine is still on, though nothing is left to be done. Switch it off by hand.\n');
			await stdout.flush(flushMs);
		},
	},
});

const logTail = async (directory: string): Promise<readonly string[]> => {
	try {
		const text = await readFile(path.join(directory, 'run.log'), 'utf8');
		return text.trimEnd().split('\n').slice(-tailLines);
	} catch {
		return [];
	}
};
