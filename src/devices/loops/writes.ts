import {type FSWatcher, type Stats, watch} from 'node:fs';
import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {countWrites, deviceNumberOf, readAttribute, sysfsDirectory} from '../facts/sysfs.ts';

/** Counts what is written to a loop device, and past it to what it stands on. */
export interface LoopWrites {
	/** As `Device.countWrites`; who writes to the file itself adds at least one. `null` where nobody would see that. */
	count(): Promise<number | null>;
	close(): void;
}

/** `directory`: the loop device's in sysfs. To be called before what shall be seen. */
export const watchLoopWrites = async (directory: string, root: string): Promise<LoopWrites> => {
	const file = await readAttribute(directory, 'loop/backing_file');
	const stats = file === null ? null : await stat(file).catch(() => null);
	if (file === null || stats === null) {
		return unknown;
	}

	const below = stats.isBlockDevice() ? countsOf(stats, root) : watchFile(file);
	return {
		count: async () => sum(await countWrites(directory), await below.count()),
		close: () => below.close(),
	};
};

const unknown: LoopWrites = {count: async () => null, close() {}};

const sum = (own: number | null, below: number | null): number | null =>
	own === null || below === null ? null : own + below;

// Our own writes arrive there, too: more than was written to the loop device alone, which says that it cannot be told apart.
const countsOf = ({rdev}: Stats, root: string): LoopWrites => ({
	count: async () => countWrites(await sysfsDirectory(deviceNumberOf(BigInt(rdev)), root)),
	close() {},
});

/**
By inotify, which tells of every write(2), truncation and fallocate(2) of a file, and not of what the loop driver itself writes to it. Who wrote through a mapping is seen by nobody.
*/
const watchFile = (file: string): LoopWrites => {
	let events: number | null = 0;
	let watcher: FSWatcher;
	try {
		watcher = watch(file, {persistent: false});
	} catch {
		// There are only so many watches for all.
		return unknown;
	}

	watcher.on('change', () => {
		events = events === null ? null : events + 1;
	});
	watcher.on('error', () => {
		events = null;
	});
	return {
		async count() {
			// What the kernel has queued is read once in each turn of the event loop.
			await nextTurn();
			await nextTurn();
			return events;
		},
		close: () => watcher.close(),
	};
};

/** Path of a block device's directory in sysfs by the name of its node. */
export const loopDirectory = (node: string, root: string): string =>
	join(root, 'sys/block', node.slice('/dev/'.length));
