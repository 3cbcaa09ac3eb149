import {open} from 'node:fs/promises';
import type {Device, DeviceFacts} from '../../src/devices/device.ts';
import {errnoOf, SanitizeError} from '../../src/errors.ts';

/** Facts for tests in which only a few of them matter. */
export const deviceFacts = (changes: Partial<DeviceFacts> = {}): DeviceFacts => ({
	target: '/dev/test',
	path: '/dev/test',
	kind: 'disk',
	deviceNumber: '8:0',
	diskSequence: '1',
	manufacturer: null,
	model: null,
	serial: null,
	wwn: null,
	totalBytes: 0,
	logicalSectorBytes: 512,
	physicalSectorBytes: 512,
	rotational: null,
	transport: null,
	readOnly: false,
	mountPoints: [],
	holders: [],
	partitions: [],
	contents: {partitionTable: null, fileSystem: null, label: null},
	isSystemDisk: false,
	...changes,
});

export interface BytesDevice extends Device {
	readonly reads: Array<{readonly position: number; readonly length: number}>;
}

export interface BytesDeviceOptions {
	readonly facts?: Partial<DeviceFacts>;
	/** Asked before each read; throws what the read shall throw. */
	readonly before?: (position: number, length: number) => Promise<void> | void;
	readonly inspect?: () => Promise<DeviceFacts>;
	/** As if only so many bytes were left. */
	readonly readableBytes?: number;
}

/** A read-only device over bytes in memory that keeps a list of its reads. */
export const bytesDevice = (bytes: Uint8Array, options: BytesDeviceOptions = {}): BytesDevice => {
	const facts = deviceFacts({kind: 'memory', totalBytes: bytes.length, ...options.facts});
	const reads: BytesDevice['reads'] = [];
	return {
		...unwritable,
		facts,
		isDirect: true,
		reads,
		async read(position, buffer) {
			reads.push({position, length: buffer.length});
			await options.before?.(position, buffer.length);
			const end = Math.min(position + buffer.length, options.readableBytes ?? bytes.length);
			buffer.set(bytes.subarray(position, Math.max(position, end)));
			return Math.max(0, end - position);
		},
		inspect: options.inspect ?? (async () => facts),
	};
};

/** A device node opened read-only; the smallest that `verify` needs. */
export const openReadOnly = async (path: string, totalBytes: number, flags: number): Promise<Device> => {
	const handle = await open(path, flags);
	const facts = deviceFacts({path, target: path, kind: 'loop', totalBytes});
	return {
		...unwritable,
		facts,
		isDirect: true,
		async read(position, buffer) {
			try {
				return (await handle.read(buffer, 0, buffer.length, position)).bytesRead;
			} catch (error) {
				throw unreadable(position, error);
			}
		},
		inspect: async () => facts,
		[Symbol.asyncDispose]: async () => handle.close(),
	};
};

export const unreadable = (position: number, cause: unknown): SanitizeError =>
	new SanitizeError('UNREADABLE', `read at offset ${position}: ${errnoOf(cause)}`, {cause});

export const systemError = (code: string): Error => Object.assign(new Error(code), {code});

const refuse = async (): Promise<never> => {
	throw new Error('verification must not write');
};

const unwritable = {node: undefined, write: refuse, sync: refuse, [Symbol.asyncDispose]: async () => {}};
