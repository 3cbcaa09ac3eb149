import {closeSync, constants, openSync, readFileSync, readSync} from 'node:fs';
import path from 'node:path';

export interface KernelMessages extends Disposable {
	/** Whether the kernel wrote something on its consoles since this was last asked. Never throws. */
	haveAppeared(): boolean;
}

const recordBytes = 8192;

/**
What the kernel says on its consoles: it cuts into whatever else is being written there.

Source: Documentation/ABI/testing/dev-kmsg. A record begins with its priority, whose three lowest bits are the level; those below the console's level are shown.
*/
export const followKernelMessages = (root: string): KernelMessages => {
	const fd = openMessages(path.join(root, 'dev/kmsg'));
	const record = Buffer.alloc(recordBytes);
	const haveAppeared = (): boolean => {
		const shownBelow = consoleLevel(root);
		let isShown = false;
		for (let level = nextLevel(fd, record); level !== undefined; level = nextLevel(fd, record)) {
			isShown ||= level < shownBelow;
		}

		return isShown;
	};
	// It begins with everything since the machine was started.
	haveAppeared();
	return {haveAppeared, [Symbol.dispose]: () => fd !== undefined && closeSync(fd)};
};

const openMessages = (file: string): number | undefined => {
	try {
		return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
	} catch {
		return undefined;
	}
};

const overrun = 'EPIPE';

const nextLevel = (fd: number | undefined, record: Buffer): number | undefined => {
	if (fd === undefined) {
		return undefined;
	}

	try {
		const length = readSync(fd, record);
		return length === 0 ? undefined : Number.parseInt(record.toString('latin1', 0, 16), 10) & 7;
	} catch (error) {
		// Records were lost before we could read them: as if one had been shown.
		return error instanceof Error && 'code' in error && error.code === overrun ? 0 : undefined;
	}
};

const consoleLevel = (root: string): number => {
	try {
		return Number.parseInt(readFileSync(path.join(root, 'proc/sys/kernel/printk'), 'latin1'), 10);
	} catch {
		return 0;
	}
};
