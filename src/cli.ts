#!/usr/bin/env node
import os from 'node:os';
import {setTimeout as sleep} from 'node:timers/promises';
import {Command, CommanderError, Help, type Option} from 'commander';
import packageJson from '../package.json' with {type: 'json'};
import {addCertificate} from './commands/certificate.ts';
import {type AddCommand, type CommandEnd, done, printError, type Surroundings} from './commands/command.ts';
import {addCompletion} from './commands/completion.ts';
import {addContinue, addGiveShellBack} from './commands/continue.ts';
import {addDevices} from './commands/devices.ts';
import {addInit} from './commands/init.ts';
import {addKeys} from './commands/keys.ts';
import {addErasers, addRecipes, addSteps} from './commands/lists.ts';
import {addPlan} from './commands/plan.ts';
import {addRehearse} from './commands/rehearse.ts';
import {addResume} from './commands/resume.ts';
import {addRun} from './commands/run.ts';
import {addVerify} from './commands/verify.ts';
import {detachAllSync} from './devices/loops/registry.ts';
import {exitCodeOf, SanitizeError} from './errors.ts';
import {findStagedRun} from './hosts/staging/places.ts';
import {createOutput} from './output.ts';
import {findHeldRequests} from './process/held-requests.ts';
import {createTools} from './process.ts';

const commands: readonly AddCommand[] = [
	addRun,
	addPlan,
	addRehearse,
	addResume,
	addVerify,
	addDevices,
	addRecipes,
	addErasers,
	addSteps,
	addCertificate,
	addKeys,
	addCompletion,
	addContinue,
	addGiveShellBack,
	addInit,
];

const helpWidth = 80;

// A console that takes nothing for this long is hung; the exit code matters more.
const flushMs = 5000;

const patienceMs = 10_000;

/** The command line as a tree: what parses arguments also prints help, completion and the README's reference. */
export const createProgram = (surroundings: Surroundings, finish: (end: CommandEnd) => void): Command => {
	const {stdout} = surroundings;
	const program = new Command('zeroize')
		.description("Makes a machine's disk empty, and proves it.")
		.version(surroundings.version)
		.exitOverride()
		.configureHelp({helpWidth, optionDescription})
		.configureOutput({
			writeOut: text => stdout.write(text),
			// A usage error is printed by the entry, in one form with every other error.
			writeErr: () => {},
			getOutHelpWidth: () => helpWidth,
			getErrHelpWidth: () => helpWidth,
		})
		.addHelpText('after', '\nExample:\n  zeroize plan ssr-zeroize --device /dev/sda');
	for (const add of commands) {
		add(program, surroundings, finish);
	}

	return program;
};

// That a switch is off until it is given needs no words.
const optionDescription = (option: Option): string =>
	new Help().optionDescription(option).replace(' (default: false)', '');

/** Parses, chooses a command, and turns whatever happens into an end. */
export const main = async (args: readonly string[], surroundings: Surroundings): Promise<CommandEnd> => {
	let end: CommandEnd = done;
	try {
		const program = createProgram(surroundings, given => {
			end = given;
		});
		await program.parseAsync(args.length === 0 ? ['--help'] : [...args], {from: 'user'});
		return end;
	} catch (error) {
		if (error instanceof CommanderError) {
			return usageEnd(error, args, surroundings);
		}

		return {
			exitCode: exitCodeOf(
				printError(surroundings.stderr, args.find(arg => !arg.startsWith('-')) ?? 'starting', error).code,
			),
		};
	}
};

// commander ends --help and --version with an error whose exit code is 0.
const usageEnd = (error: CommanderError, args: readonly string[], {stderr}: Surroundings): CommandEnd => {
	if (error.exitCode === 0) {
		return done;
	}

	const hint = ['see: zeroize', ...helpPath(error, args), '--help'].join(' ');
	const message = describeUsage(error, args);
	printError(stderr, 'reading the command line', new SanitizeError('USAGE', message, {hint}));
	return {exitCode: exitCodeOf('USAGE')};
};

// commander answers what has no subcommand, and `help` of what it does not know, with help instead of words.
const describeUsage = ({code, message}: CommanderError, [first, second]: readonly string[]): string => {
	if (code !== 'commander.help') {
		return message.replace(/^error: /, '');
	}

	return first === 'help' ? `unknown command '${second}'` : 'no command was given';
};

// The help of a command that there is not would only say the same again.
const helpPath = ({code, message}: CommanderError, args: readonly string[]): readonly string[] => {
	const words = args.filter(arg => !arg.startsWith('-'));
	const known =
		code === 'commander.unknownCommand' ? words.findIndex(word => message.includes(`'${word}'`)) : 1;
	return words[0] === 'help' ? [] : words.slice(0, known);
};

// PID 1 of a machine that left its disk, not of a container: if that one ends, the kernel panics.
const stagedRun = process.pid === 1 ? findStagedRun('/') : null;
const isInit = stagedRun !== null;

const listenForSignals = (): AbortSignal => {
	const controller = new AbortController();
	if (isInit) {
		// The kernel kills what does not care for its signals, but not PID 1; nobody there means this run.
		for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
			process.on(signal, () => {});
		}

		return controller.signal;
	}

	// A line that hangs up must not stop an erase: emergency mode ends the login shell that it was started from.
	process.on('SIGHUP', () => {});
	const codes = {SIGINT: 'INTERRUPTED', SIGTERM: 'TERMINATED'} as const;
	for (const [signal, code] of Object.entries(codes)) {
		process.on(signal, () => {
			controller.abort(
				new SanitizeError(code, `interrupted by ${signal}`, {
					hint: 'go on with: zeroize resume JOURNAL; until then do not release a device that was written to',
				}),
			);
		});
	}

	return controller.signal;
};

const realSurroundings = (): Surroundings => {
	const uid = process.getuid?.() ?? -1;
	return {
		tools: createTools({env: process.env, uid}),
		root: '/',
		env: process.env,
		stdout: createOutput(1),
		stderr: createOutput(2),
		stdin: process.stdin,
		uid,
		isInit,
		hostname: os.hostname(),
		version: packageJson.version,
		signal: listenForSignals(),
		now: () => new Date(),
		monotonicMs: () => performance.now(),
	};
};

/** The entry: the only place that exits, and the only one that ends the machine. */
const enter = async (): Promise<void> => {
	// Read when the first of them is needed. A thread that waits for a dead device is lost to all others: with Node's four, one device could hold up everything.
	process.env['UV_THREADPOOL_SIZE'] = '128';
	// Stands if Node runs out of things to wait for: what never came to its end must not exit 0.
	process.exitCode = exitCodeOf('INTERNAL');
	process.on('exit', detachAllSync);
	const surroundings = realSurroundings();
	const {stdout, stderr} = surroundings;
	if (stderr.isTTY) {
		// The task list would hide the cursor there by itself, and wait for a terminal that was stopped.
		process.stderr.isTTY = false;
	}

	process.on('uncaughtException', error => {
		printError(stderr, 'running', error);
		if (isInit) {
			return;
		}

		void Promise.all([stdout.flush(flushMs), stderr.flush(flushMs)]).then(() =>
			process.exit(exitCodeOf('INTERNAL')),
		);
	});
	if (isInit) {
		await remain(stagedRun, surroundings);
	}

	const end = await main(process.argv.slice(2), surroundings);
	const exitCode = await endMachine(end, surroundings);
	const held = await findHeldRequests(process, exitCode);
	if (held) {
		printError(stderr, 'ending', held);
		await stderr.flush(flushMs);
	}

	process.exit(exitCode);
};

/** As PID 1: whatever comes, it does not end. */
const remain = async (directory: string, surroundings: Surroundings): Promise<never> => {
	// Node ends by itself when it has nothing to wait for.
	setInterval(() => {}, patienceMs);
	for (let args = ['init', directory]; ; args = ['init', directory, '--again']) {
		await endMachine(await main(args, surroundings), surroundings);
		// What was asked of the kernel takes a moment; what failed is asked for again by whoever is there.
		await sleep(patienceMs);
	}
};

/** What a command asks for beyond its end: halt the machine, or let it go where the run goes on. */
const endMachine = async (
	{exitCode, halt, leave}: CommandEnd,
	{stdout, stderr}: Surroundings,
): Promise<number> => {
	await Promise.all([stdout.flush(flushMs), stderr.flush(flushMs)]);
	try {
		await halt?.host.halt(halt.halt);
		await leave?.leave();
		return exitCode;
	} catch (error) {
		const {code} = printError(stderr, 'ending the machine', error);
		await stderr.flush(flushMs);
		return exitCodeOf(code);
	}
};

// Not awaited: the executable's main script is CommonJS, which has no top-level await.
if (import.meta.main) {
	void enter();
}
