import {constants, openSync, readSync} from 'node:fs';
import {join} from 'node:path';
import {errnoOf} from '../../errors.ts';

// The largest record that the kernel gives: PRINTK_MESSAGE_MAX in kernel/printk/internal.h is a quarter of it.
const recordBytes = 8192;

const overrun = 'EPIPE';

/** `undefined` where there is none, or it may not be read. */
export const openRecords = (root: string): number | undefined => {
	try {
		return openSync(join(root, 'dev/kmsg'), constants.O_RDONLY | constants.O_NONBLOCK);
	} catch {
		return undefined;
	}
};

/** Source: Documentation/ABI/testing/dev-kmsg. Each read gives one record; EAGAIN when there is none. */
export const readRecords = (fd: number | undefined, take: (record: Buffer) => void): void => {
	const buffer = Buffer.alloc(recordBytes);
	for (let isMore = fd !== undefined; isMore; ) {
		try {
			const length = readSync(fd ?? -1, buffer);
			isMore = length > 0;
			if (isMore) {
				take(buffer.subarray(0, length));
			}
		} catch (error) {
			// Older ones were overwritten before they were read: the next read gives the oldest that is left.
			isMore = errnoOf(error) === overrun;
		}
	}
};

interface Tail {
	readonly fd: number | undefined;
	last: number;
}

const tails = new Map<string, Tail>();

/** Number of the last record that there is; -1 for none. All who ask share one reader: what was said since the machine started is passed over once. */
export const lastRecord = (root: string): number => {
	const tail = tails.get(root) ?? {fd: openRecords(root), last: -1};
	tails.set(root, tail);
	let latest = '';
	readRecords(tail.fd, record => {
		latest = record.toString('latin1', 0, 64);
	});
	tail.last = latest === '' ? tail.last : numberOf(latest);
	return tail.last;
};

/** Of a record `6,339,5140900,-;text`; -1 where it has none. */
export const numberOf = (record: string): number => {
	const number = Number(record.split(',', 2)[1]);
	return Number.isSafeInteger(number) ? number : -1;
};
