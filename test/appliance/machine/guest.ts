import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, fstatSync, openSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {type Console, openConsole} from './console.ts';
import {type Disk, qemuArguments} from './qemu-arguments.ts';
import {openQmp} from './qmp.ts';

export interface GuestOptions {
	/** Where its sockets, `console.log` and `qemu.log` go; one guest each. */
	readonly directory: string;
	readonly kernel: string;
	readonly initrd: string;
	/** The kernel's command line, without its console. */
	readonly append: string;
	readonly disks: readonly Disk[];
	/** A port of the loopback that leads to the guest's port 22. */
	readonly sshPort?: number;
}

/** QEMU's own words for a guest that powered itself off. */
export const poweredOff = 'guest-shutdown';

export interface Guest extends AsyncDisposable {
	readonly console: Console;
	/**
	 * Waits for the end of the guest: why QEMU ended, such as `guest-shutdown` or `guest-reset`.
	 * `undefined`: it runs on after this time.
	 */
	ended(timeoutMs: number): Promise<string | undefined>;
}

/** Switches a guest on; disposing of it pulls its plug. */
export const startGuest = async (options: GuestOptions): Promise<Guest> => {
	const inDirectory = (name: string): string => path.join(options.directory, name);
	const gone = new AbortController();
	const consoleLog = inDirectory('console.log');
	const errors = openSync(inDirectory('qemu.log'), 'w');
	// The console's output goes to a file: into a socket or a pipe QEMU writes some characters twice when it is full.
	// A guest that is switched on again in the same place goes on in it.
	const shown = openSync(consoleLog, 'a');
	const startsAt = fstatSync(shown).size;
	const child = spawn('qemu-system-x86_64', qemuArguments(options), {stdio: ['pipe', shown, errors]});
	closeSync(shown);
	closeSync(errors);
	const keyboard = child.stdin;
	if (!keyboard) {
		throw new Error('QEMU has no standard input');
	}

	keyboard.on('error', () => undefined);
	const exit = once(child, 'exit').finally(() => gone.abort());
	const whenGone = gone.signal;
	const kill = async (): Promise<void> => {
		child.kill('SIGKILL');
		await exit;
	};
	try {
		const qmp = await openQmp(inDirectory('qmp.sock'), whenGone);
		const console = openConsole({keyboard, logFile: consoleLog, startsAt, gone: whenGone});
		return {
			console,
			async ended(timeoutMs) {
				await Promise.race([exit, delay(timeoutMs, undefined, {signal: whenGone}).catch(() => undefined)]);
				return whenGone.aborted ? (qmp.reason() ?? `QEMU's exit code ${child.exitCode}`) : undefined;
			},
			[Symbol.asyncDispose]: kill,
		};
	} catch (error) {
		await kill();
		throw error;
	}
};
