import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {errnoOf, SanitizeError} from '../../errors.ts';
import type {OpenMode} from '../device.ts';
import {toMissing} from './missing.ts';
import {deviceNumberOf} from './sysfs.ts';

const {O_DIRECT, O_EXCL, O_RDONLY, O_RDWR} = constants;

/** Opens a block device for us alone and past the page cache. Without O_CREAT: a node that is not there stays so. The errors are system errors. */
export const openExclusive = async (node: string, mode: OpenMode): Promise<FileHandle> =>
	open(node, (mode === 'erase' ? O_RDWR : O_RDONLY) | O_EXCL | O_DIRECT);

/** What a failed open says; EBUSY is for the caller, who knows how to name the holder. */
export const openFailure = (node: string, cause: unknown): SanitizeError => {
	const errno = errnoOf(cause);
	if (errno === 'EROFS') {
		return new SanitizeError('DEVICE_READ_ONLY', `opening ${node} for erasing: it is read-only`, {
			hint: `lift the write protection: a switch on the device, or blockdev --setrw ${node}`,
			cause,
		});
	}

	if (errno === 'ENOMEDIUM' || errno === 'ENXIO') {
		return new SanitizeError('DEVICE_EMPTY', `opening ${node}: there is no medium in it`, {
			hint: 'insert a medium or attach the device, then try again',
			cause,
		});
	}

	return toMissing(node, cause);
};

/** @throws SanitizeError DEVICE_CHANGED when what was opened is not that block device. */
export const expectNode = async (
	handle: FileHandle,
	node: string,
	deviceNumber: string | null,
): Promise<void> => {
	const stats = await handle.stat({bigint: true});
	const found = stats.isBlockDevice() ? deviceNumberOf(stats.rdev) : 'not a block device';
	if (found !== deviceNumber) {
		throw new SanitizeError(
			'DEVICE_CHANGED',
			`opening ${node}: it is ${found}, and ${deviceNumber} was looked at`,
			{
				hint: 'find out what happened to the device, then start again',
			},
		);
	}
};

/** Runs `check` on an open descriptor and closes it when that fails. */
export const checked = async <T>(
	handle: FileHandle,
	check: (handle: FileHandle) => Promise<T>,
): Promise<T> => {
	try {
		return await check(handle);
	} catch (error) {
		await handle.close();
		throw error;
	}
};
