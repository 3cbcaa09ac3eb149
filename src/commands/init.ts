import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {SigningKey} from '../certificate/signing-key.ts';
import {exitCodeOf, SanitizeError} from '../errors.ts';
import {quietKernel} from '../hosts/ram/quiet-kernel.ts';
import {feedWatchdogs} from '../hosts/ram/watchdogs.ts';
import ram from '../hosts/ram.ts';
import {keyInRam} from '../hosts/staging/places.ts';
import {readHandedOver} from '../keys/handover.ts';
import {conclude} from '../outcome.ts';
import {createConsoles} from '../output/consoles.ts';
import type {Plan} from '../plan.ts';
import {readKeptRun} from '../records/kept-run.ts';
import type {Report} from '../report.ts';
import plain from '../views/plain.ts';
import {type AddCommand, type CommandEnd, printError, type Surroundings} from './command.ts';
import {createMenu} from './init/menu.ts';
import {continueRun} from './session/continue.ts';
import {mayHalt} from './session/execute.ts';

const flushMs = 10_000;

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
		.option('--again', 'it was told to end and has not: ask before anything', false)
		.action(async (directory: string, {again}: {again: boolean}) => {
			if (!surroundings.isInit) {
				throw new SanitizeError('USAGE', 'only PID 1 of a machine that left its disk can do this', {
					hint: 'see: zeroize --help',
				});
			}

			finish(await beInit(directory, again, surroundings));
		});
};

const beInit = async (
	directory: string,
	isAgain: boolean,
	surroundings: Surroundings,
): Promise<CommandEnd> => {
	const before = await readKeptRun(directory).catch(() => undefined);
	const consoles = before?.plan.departure?.consoles ?? ['console'];
	const output = createConsoles(consoles, surroundings.root);
	const own = {...surroundings, stdout: output, stderr: output};
	const {root} = surroundings;
	await quietKernel(root);
	using _watchdogs = await feedWatchdogs({root, tell: line => output.write(`${line}\n`)});
	const menu = createMenu(consoles, own);
	for (let attempt = 0; ; attempt += 1) {
		const isToAsk = attempt === 0 && isAgain;
		const end = isToAsk ? notEnded(before?.report) : await tryOnce(directory, own);
		if (end.halt) {
			return telling(end.halt, own);
		}

		const minutes = backOffMinutes[Math.min(attempt, backOffMinutes.length - 1)] ?? 1;
		const choice = await menu.ask({
			tail: await logTail(directory),
			// The erase stands; only what should have followed it is still to be done.
			retryAfterMs: end.exitCode === aftercareFailed ? minutes * minuteMs : undefined,
		});
		if (choice === 'poweroff') {
			return telling({host: ram.create(own), halt: {how: 'poweroff', by: 'sysrq'}}, own);
		}
	}
};

const aftercareFailed = exitCodeOf('HALT_FAILED');

/** Where nothing but the power-off is left to do, it may be tried again unasked. */
const notEnded = (report: Report | undefined): CommandEnd => {
	const {exitCode} = report?.isFinished ? conclude(report) : {exitCode: exitCodeOf('INTERNAL')};
	return {exitCode: mayHalt(exitCode) ? exitCodeOf('HALT_FAILED') : exitCode};
};

const tryOnce = async (directory: string, surroundings: Surroundings): Promise<CommandEnd> => {
	try {
		const kept = await readKeptRun(directory);
		const signingKey = await keyOf(kept.plan, surroundings);
		return await continueRun({kept, view: plain, host: 'ram', signingKey}, surroundings);
	} catch (error) {
		const {code} = printError(surroundings.stderr, 'going on with the run', error);
		return {exitCode: code === 'INTERNAL' ? 1 : 4};
	}
};

/** Without it everything is done but the certificate: that step says so then. */
const keyOf = async ({signing}: Plan, {root, uid, stderr}: Surroundings): Promise<SigningKey | undefined> => {
	try {
		return signing && (await readHandedOver(keyInRam(root), {keyId: signing.keyId, uid}));
	} catch (error) {
		printError(stderr, 'looking for the key', error);
		return undefined;
	}
};

/** The end of the machine; that it failed is said where the operator is. */
const telling = async (
	{host, halt}: NonNullable<CommandEnd['halt']>,
	{stderr}: Surroundings,
): Promise<CommandEnd> => {
	await stderr.flush(flushMs);
	const tell = async (error: unknown): Promise<never> => {
		printError(stderr, 'ending the machine', error);
		await stderr.flush(flushMs);
		throw error;
	};
	return {exitCode: 0, halt: {halt, host: {halt: request => host.halt(request).catch(tell)}}};
};

const logTail = async (directory: string): Promise<readonly string[]> => {
	try {
		const text = await readFile(path.join(directory, 'run.log'), 'utf8');
		return text.trimEnd().split('\n').slice(-tailLines);
	} catch {
		return [];
	}
};
