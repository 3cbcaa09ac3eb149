import {closeSync, constants, openSync, writeSync} from 'node:fs';
import path from 'node:path';
import {listNames, readAttribute} from '../../devices/facts/sysfs.ts';
import {errnoOf} from '../../errors.ts';

const defaultIntervalMs = 10_000;

interface FeedOptions {
	/** Prefix of /sys and /dev; `/` but in tests. */
	readonly root: string;
	/** Told what is fed, and what could not be: once for each change. */
	readonly tell: (line: string) => void;
}

/**
Feeds every watchdog that runs, at a quarter of its timeout and at least once a minute, every 10 s where the timeout is not known: systemd leaves one running on its way down (RebootWatchdogSec, 10 minutes), which would reset the machine in the middle of an erase. One that is known to be inactive is never touched, because opening it would start it; one whose state the kernel does not tell is opened.

The timer keeps no process alive and is as late as the event loop is: nothing may block it for three quarters of the timeout. Writes are synchronous, as they would have to wait for a disk behind others in the thread pool.

Disposed, it stops feeding and leaves the watchdogs running, as they were found: the machine is reset when it does not get further.
*/
export const feedWatchdogs = async ({root, tell}: FeedOptions): Promise<Disposable> => {
	const names = (await listNames(root, 'sys/class/watchdog')).filter(name => /^watchdog\d+$/.test(name));
	const feeders = await Promise.all(names.map(async name => feed(name, {root, tell})));
	return {
		[Symbol.dispose]() {
			for (const feeder of feeders) {
				feeder?.[Symbol.dispose]();
			}
		},
	};
};

const feed = async (name: string, {root, tell}: FeedOptions): Promise<Disposable | null> => {
	const directory = path.join(root, 'sys/class/watchdog', name);
	if ((await readAttribute(directory, 'state')) === 'inactive') {
		return null;
	}

	const fd = openToFeed(path.join(root, 'dev', name), name, tell);
	if (fd === null) {
		return null;
	}

	const timeoutSeconds = Number(await readAttribute(directory, 'timeout'));
	const intervalMs = timeoutSeconds > 0 ? Math.min((timeoutSeconds * 1000) / 4, 60_000) : defaultIntervalMs;
	tell(`feeding ${name} every ${intervalMs / 1000} s`);
	const write = createWriter(fd, name, tell);
	write();
	const timer = setInterval(write, intervalMs);
	timer.unref();
	return {
		[Symbol.dispose]() {
			clearInterval(timer);
			closeSync(fd);
		},
	};
};

const openToFeed = (node: string, name: string, tell: FeedOptions['tell']): number | null => {
	try {
		// Without O_CREAT: a regular file in /dev would be fed in vain.
		return openSync(node, constants.O_WRONLY);
	} catch (error) {
		tell(`${name} cannot be fed: ${errnoOf(error)}`);
		return null;
	}
};

/** Any byte but V, which would stop it at the next close. */
const food = Buffer.from([0]);

const createWriter = (fd: number, name: string, tell: FeedOptions['tell']) => {
	let failure: string | undefined;
	return () => {
		const before = failure;
		try {
			writeSync(fd, food);
			failure = undefined;
		} catch (error) {
			failure = errnoOf(error) ?? String(error);
		}

		if (failure !== before) {
			tell(failure === undefined ? `${name} is fed again` : `${name} cannot be fed: ${failure}`);
		}
	};
};
