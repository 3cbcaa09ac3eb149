import {mkdir, rmdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Subject} from '../case.ts';

interface SlowGroup extends AsyncDisposable {
	/** Whoever writes its process number here is slowed down, and so are its children. */
	readonly file: string;
}

let groups = 0;

/** Slows down a real block device, for those alone who are in the group. */
export const slowGroup = async ({
	number,
	readBytes,
	writeBytes,
}: NonNullable<Subject['slow']>): Promise<SlowGroup> => {
	groups += 1;
	const directory = `/sys/fs/cgroup/blkio/zeroize-test-${process.pid}-${groups}`;
	await mkdir(directory);
	for (const [direction, bytes] of [
		['read', readBytes],
		['write', writeBytes],
	] as const) {
		if (bytes !== undefined) {
			await writeFile(path.join(directory, `blkio.throttle.${direction}_bps_device`), `${number} ${bytes}`);
		}
	}

	return {
		file: path.join(directory, 'cgroup.procs'),
		[Symbol.asyncDispose]: async () => remove(directory),
	};
};

const remove = async (directory: string): Promise<void> => {
	for (let attempt = 1; ; attempt += 1) {
		try {
			await rmdir(directory);
			return;
		} catch (error) {
			// A dd whose zeroize was killed takes a moment to end.
			if (attempt === 100) {
				throw error;
			}

			await sleep(100);
		}
	}
};
