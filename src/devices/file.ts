import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {errnoOf, type SanitizeError} from '../errors.ts';
import {
	type Device,
	type DeviceFacts,
	type DeviceSurroundings,
	defineScheme,
	type OpenMode,
} from './device.ts';
import {checked} from './facts/exclusive.ts';
import {inodeOf, inspectFile} from './facts/file-facts.ts';
import {toMissing} from './facts/missing.ts';
import {type DeviceIo, hold, openNodeOf, readOnly, requireAvailable, systemError} from './held.ts';
import {requireSameIdentity} from './identity.ts';
import {inspectUnused} from './unused.ts';

const {O_DIRECT, O_RDONLY, O_RDWR} = constants;

export default defineScheme({
	scheme: 'file',
	summary: 'a regular file itself, in place; needs no root: file:disk.img',
	tools: [],
	inspect: inspectFile,
	open: async (facts, mode, surroundings) => {
		const {handle, isDirect} = await openFile(facts, mode);
		return checked(handle, async () => {
			await refuse(facts, mode, surroundings, handle);
			const tail = mode === 'erase' && isDirect ? await openTail(facts) : undefined;
			return holdFile({facts, surroundings, handle, tail, isDirect});
		});
	},
});

interface OpenedFile {
	readonly facts: DeviceFacts;
	readonly surroundings: DeviceSurroundings;
	readonly handle: FileHandle;
	/** Through the page cache, for the last bytes that fill no sector: written directly they would make the file longer. */
	readonly tail: FileHandle | undefined;
	readonly isDirect: boolean;
}

const holdFile = ({facts, surroundings, handle, tail, isDirect}: OpenedFile): Device =>
	hold({
		facts,
		// A file has no end that a tool would run into: whoever is pointed at it must bound itself by its size.
		node: facts.path,
		openNode: openNodeOf(handle),
		isDirect,
		io: fileIo(handle, tail, facts),
		inspect: async () => inspectFile(facts, surroundings),
	});

const openFile = async (
	facts: DeviceFacts,
	mode: OpenMode,
): Promise<{handle: FileHandle; isDirect: boolean}> => {
	const flags = mode === 'erase' ? O_RDWR : O_RDONLY;
	try {
		return {handle: await open(facts.path, flags | O_DIRECT), isDirect: true};
	} catch (error) {
		if (errnoOf(error) !== 'EINVAL') {
			throw toError(facts, mode, error);
		}
	}

	try {
		return {handle: await open(facts.path, flags), isDirect: false};
	} catch (error) {
		throw toError(facts, mode, error);
	}
};

const openTail = async (facts: DeviceFacts): Promise<FileHandle> => {
	const tail = await open(facts.path, O_RDWR);
	return checked(tail, async () => {
		await expectInode(tail, facts);
		return tail;
	});
};

// An immutable or append-only file answers EPERM, to root too.
const toError = (facts: DeviceFacts, mode: OpenMode, error: unknown): SanitizeError =>
	mode === 'erase' && ['EROFS', 'EPERM', 'ETXTBSY'].includes(errnoOf(error) ?? '')
		? readOnly(facts, error)
		: toMissing(facts.path, error);

const refuse = async (
	facts: DeviceFacts,
	mode: OpenMode,
	surroundings: DeviceSurroundings,
	handle: FileHandle,
): Promise<void> => {
	await expectInode(handle, facts);
	const now = await inspectUnused(async () => inspectFile(facts, surroundings));
	requireAvailable(facts, now, mode);
};

const expectInode = async (handle: FileHandle, facts: DeviceFacts): Promise<void> => {
	const stats = await handle.stat({bigint: true});
	requireSameIdentity(facts, {
		deviceNumber: inodeOf(stats),
		diskSequence: stats.birthtimeNs.toString(),
		serial: null,
		totalBytes: Number(stats.size),
	});
};

const fileIo = (
	handle: FileHandle,
	tail: FileHandle | undefined,
	{totalBytes, logicalSectorBytes}: DeviceFacts,
): DeviceIo => ({
	read: async (position, buffer) => (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
	write: async (position, buffer) => {
		// A file ends where it ended when it was confirmed; one that was cut short since is not made longer again.
		const end = Math.min(totalBytes, (await handle.stat()).size);
		if (position >= end && buffer.length > 0) {
			throw systemError('ENOSPC', 'write');
		}

		const allowed = buffer.subarray(0, end - position);
		const whole = tail ? wholeSectors(position, allowed.length, logicalSectorBytes) : allowed.length;
		const written = await writeTo(handle, position, allowed.subarray(0, whole));
		if (!tail || written < whole || whole === allowed.length) {
			return written;
		}

		const rest = await writeTo(tail, position + whole, allowed.subarray(whole));
		await tail.datasync();
		return written + rest;
	},
	sync: async () => {
		await handle.sync();
		await tail?.sync();
	},
	close: async () => {
		await Promise.all([handle.close(), tail?.close()]);
	},
});

const wholeSectors = (position: number, length: number, sectorBytes: number): number => {
	const end = Math.floor((position + length) / sectorBytes) * sectorBytes;
	return Math.max(0, end - position);
};

const writeTo = async (handle: FileHandle, position: number, buffer: Uint8Array): Promise<number> =>
	buffer.length === 0 ? 0 : (await handle.write(buffer, 0, buffer.length, position)).bytesWritten;
