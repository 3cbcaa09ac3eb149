import {execFileSync} from 'node:child_process';
import {setTimeout as delay} from 'node:timers/promises';
import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import {shown} from '../../shown.ts';
import {backingFileOf} from '../facts/sysfs.ts';

/** Loop devices that would stay behind if the process ended now, with the losetup that can detach them. */
const attached = new Map<string, string>();

const attempts = 20;

// What it asks of the kernel waits for the device.
const timeoutMs = 30_000;

/**
Attaches a file to a free loop device and returns its node. Direct I/O where the file system allows it.
@throws SanitizeError TOOL_MISSING, TOOL_FAILED, NO_PERMISSION.
*/
export const attachLoop = async (
	file: string,
	{isReadOnly, tools}: {readonly isReadOnly: boolean; readonly tools: Tools},
): Promise<string> => {
	const losetup = await tools.find('losetup');
	const args = ['--find', '--show', ...(isReadOnly ? ['--read-only'] : []), file];
	let direct = ['--direct-io=on'];
	for (let attempt = 1; ; attempt += 1) {
		const {exitCode, stdout, stderr} = await tools.run('losetup', [...direct, ...args], {
			accept: [0, 1],
			timeoutMs,
		});
		const node = stdout.trim();
		if (exitCode === 0 && node.startsWith('/dev/')) {
			attached.set(node, losetup);
			return node;
		}

		// Between finding a free loop device and taking it, another process may take it.
		const isTaken = /busy|temporarily unavailable/i.test(stderr);
		if (attempt === attempts || (!isTaken && direct.length === 0)) {
			throw toError(file, shown(stderr.trim().split('\n').at(-1) ?? ''));
		}

		// A file system without direct I/O refuses the whole request.
		direct = isTaken ? direct : [];
		await delay(isTaken ? attempt * 10 : 0);
	}
};

/** Detaches a loop device; one that is still open goes by itself with its last close, also when the process is killed. */
export const detachLoop = async (node: string, tools: Tools): Promise<void> => {
	await tools.run('losetup', ['--detach', node], {accept: [0, 1], timeoutMs});
	attached.delete(node);
};

/** Waits until the kernel has let go of the file; not for long, because a program that looks at all devices may hold it open for a moment. */
export const untilDetached = async (node: string, file: string, root: string): Promise<void> => {
	for (let attempt = 0; attempt < 40 && (await backingFileOf(node, root)) === file; attempt += 1) {
		await delay(25);
	}
};

/** For the end of the process: detaches whatever is still attached, without waiting for anything. Never throws. */
export const detachAllSync = (): void => {
	for (const [node, losetup] of attached) {
		attached.delete(node);
		try {
			execFileSync(losetup, ['--detach', node], {stdio: 'ignore', env: {LC_ALL: 'C'}, timeout: 5000});
		} catch {
			// The process is ending: there is nobody left to tell.
		}
	}
};

const toError = (file: string, reason: string): SanitizeError => {
	const message = `attaching ${file} to a loop device: ${reason}`;
	return /Permission denied|Operation not permitted/.test(reason)
		? new SanitizeError('NO_PERMISSION', message, {hint: `run zeroize as root, or write file:${file}`})
		: new SanitizeError('TOOL_FAILED', message, {
				hint: `see losetup --list for what is attached, or write file:${file}`,
			});
};
