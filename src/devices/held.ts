import type {FileHandle} from 'node:fs/promises';
import {getSystemErrorMap} from 'node:util';
import {type ErrorCode, errnoOf, SanitizeError} from '../errors.ts';
import type {Device, DeviceFacts, OpenMode} from './device.ts';
import {describeUse} from './facts/holders.ts';
import {requireSameIdentity} from './identity.ts';

/** Plain I/O on whatever is held; errors are system errors. */
export interface DeviceIo {
	read(position: number, buffer: Uint8Array): Promise<number>;
	write(position: number, buffer: Uint8Array): Promise<number>;
	sync(): Promise<void>;
	close(): Promise<void>;
}

export interface Held
	extends Pick<Device, 'facts' | 'node' | 'openNode' | 'isDirect' | 'inspect' | 'countWrites'> {
	readonly io: DeviceIo;
}

/** A device on top of plain I/O: its errors say what was being done, and it can be disposed any number of times. */
export const hold = ({facts, node, openNode, isDirect, inspect, countWrites, io}: Held): Device => {
	let closing: Promise<void> | undefined;
	return {
		facts,
		node,
		openNode,
		isDirect,
		inspect,
		countWrites,
		read: async (position, buffer) => {
			try {
				return await io.read(position, buffer);
			} catch (error) {
				throw ioFailure(
					'UNREADABLE',
					`reading ${buffer.length} bytes at ${position} of ${facts.path}`,
					error,
				);
			}
		},
		write: async (position, buffer) => {
			try {
				return await io.write(position, buffer);
			} catch (error) {
				throw ioFailure(
					'WRITE_FAILED',
					`writing ${buffer.length} bytes at ${position} of ${facts.path}`,
					error,
				);
			}
		},
		sync: async () => {
			try {
				await io.sync();
			} catch (error) {
				throw ioFailure('SYNC_FAILED', `making the writes to ${facts.path} durable`, error);
			}
		},
		[Symbol.asyncDispose]: async () => {
			closing ??= io.close();
			await closing;
		},
	};
};

/** A failed read, write or sync as the contract of {@link Device} wants it. */
export const ioFailure = (code: ErrorCode, doing: string, cause: unknown): SanitizeError => {
	const reason = cause instanceof Error ? cause.message : String(cause);
	return new SanitizeError(code, `${doing}: ${reason}`, {
		hint: hints[errnoOf(cause) ?? ''] ?? defaultHint,
		cause,
	});
};

const defaultHint = 'look at the kernel log (dmesg) for what the device or its cable did';

const hints: Readonly<Record<string, string>> = {
	EBADF: 'the device was opened for reading alone, or is closed',
	EINVAL: 'position, length and buffer must be multiples of the logical sector size',
	EPERM: 'the device is write protected: see blockdev --getro',
	ENOSPC: 'the device ends here, or the storage underneath is full',
};

const systemErrors = new Map(
	Array.from(getSystemErrorMap(), ([number, [name, message]]) => [name, {number, message}]),
);

/** A system error as Node makes it, for devices that are not files of the system. */
export const systemError = (errno: string, syscall: string): Error => {
	const {number, message} = systemErrors.get(errno) ?? {number: 0, message: 'unknown error'};
	return Object.assign(new Error(`${errno}: ${message}, ${syscall}`), {code: errno, errno: number, syscall});
};

/** The I/O of one descriptor that keeps to the size of what is open by itself: a block device. */
export const handleIo = (handle: FileHandle): DeviceIo => ({
	read: async (position, buffer) => (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
	write: async (position, buffer) => (await handle.write(buffer, 0, buffer.length, position)).bytesWritten,
	sync: async () => handle.sync(),
	close: async () => handle.close(),
});

/** The path of an open descriptor; see {@link Device.openNode}. */
export const openNodeOf = ({fd}: FileHandle): string => `/proc/${process.pid}/fd/${fd}`;

/** The facts that are compared for "still held by nobody else", for refusals before the first write. */
export const busy = (facts: DeviceFacts, use: string, cause?: unknown): SanitizeError =>
	new SanitizeError('DEVICE_BUSY', `opening ${facts.path}: it is in use: ${use}`, {
		hint: `free it first; fuser -v ${facts.path} lists programs that have it open`,
		cause,
	});

export const readOnly = (facts: DeviceFacts, cause?: unknown): SanitizeError =>
	new SanitizeError('DEVICE_READ_ONLY', `opening ${facts.path} for erasing: it is read-only`, {
		hint:
			facts.kind === 'file' || facts.kind === 'loop'
				? 'look at its permissions, its attributes (lsattr) and how its file system is mounted'
				: `lift the write protection: a switch on the device, or blockdev --setrw ${facts.path}`,
		cause,
	});

/**
The device as it is now must be the one that was inspected, used by nobody, and writable if it is to be erased.
@throws SanitizeError DEVICE_CHANGED, DEVICE_BUSY, DEVICE_READ_ONLY.
*/
export const requireAvailable = (facts: DeviceFacts, now: DeviceFacts, mode: OpenMode): void => {
	requireSameIdentity(facts, now);
	const use = describeUse(now);
	if (use !== null) {
		throw busy(facts, use);
	}

	if (mode === 'erase' && now.readOnly) {
		throw readOnly(facts);
	}
};
