import type {ByteRange, Device} from './device.ts';
import {ioFailure, systemError} from './held.ts';

export interface DryRunDevice extends Device {
	/** What would have been written, in order. */
	readonly writes: readonly ByteRange[];
	/** The sum of their lengths. */
	readonly writtenBytes: number;
	readonly syncs: number;
}

/** The same device, but nothing is written: writes and syncs are counted, reads pass through. No tool can be pointed at it. */
export const dryRun = (device: Device): DryRunDevice => {
	const {facts} = device;
	const writes: ByteRange[] = [];
	let writtenBytes = 0;
	let syncs = 0;
	return {
		facts,
		node: undefined,
		isDirect: device.isDirect,
		writes,
		get writtenBytes() {
			return writtenBytes;
		},
		get syncs() {
			return syncs;
		},
		read: async (position, buffer) => device.read(position, buffer),
		write: async (position, buffer) => {
			if (position >= facts.totalBytes && buffer.length > 0) {
				const doing = `writing ${buffer.length} bytes at ${position} of ${facts.path}`;
				throw ioFailure('WRITE_FAILED', doing, systemError('ENOSPC', 'write'));
			}

			const length = Math.min(buffer.length, facts.totalBytes - position);
			writes.push({offset: position, length});
			writtenBytes += length;
			return length;
		},
		sync: async () => {
			syncs += 1;
		},
		inspect: async () => device.inspect(),
		[Symbol.asyncDispose]: async () => device[Symbol.asyncDispose](),
	};
};
