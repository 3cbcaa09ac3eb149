import type {FileHandle} from 'node:fs/promises';
import {errnoOf, type SanitizeError} from '../errors.ts';
import {type DeviceFacts, type DeviceSurroundings, defineScheme, type OpenMode} from './device.ts';
import {withDrive} from './drive/look.ts';
import {inspectBlock} from './facts/block-facts.ts';
import {checked, expectNode, openExclusive, openFailure} from './facts/exclusive.ts';
import {describeUse} from './facts/holders.ts';
import {lookAgain} from './facts/second-look.ts';
import {countWrites, readAttribute, sysfsDirectory} from './facts/sysfs.ts';
import {busy, handleIo, hold, openNodeOf, readOnly} from './held.ts';
import {requireSameIdentity} from './identity.ts';
import {type LoopWrites, watchLoopWrites} from './loops/writes.ts';

export default defineScheme({
	scheme: 'block',
	summary: 'a block device: /dev/sda, /dev/nvme0n1, /dev/disk/by-id/…',
	tools: ['lsblk', 'blockdev', 'blkid'],
	inspect: async (target, surroundings) => withDrive(await inspectBlock(target, surroundings), surroundings),
	open: async (facts, mode, surroundings) => {
		const handle = await openNode(facts, mode, surroundings);
		return checked(handle, async () => {
			await expectNode(handle, facts.path, facts.deviceNumber);
			const now = await lookAgain(facts, surroundings);
			requireSameIdentity(facts, now);
			// The kernel lets a write-protected device be opened for writing and fails the first write.
			if (mode === 'erase' && now.readOnly) {
				throw readOnly(facts);
			}

			const writes = await watchWrites(now, surroundings.root);
			const io = handleIo(handle);
			const close = async () => {
				writes.close();
				await io.close();
			};

			return hold({
				facts,
				node: facts.path,
				openNode: openNodeOf(handle),
				isDirect: await isDirect(facts, surroundings.root),
				io: {...io, close},
				inspect: async () => lookAgain(facts, surroundings),
				countWrites: writes.count,
			});
		});
	},
});

const openNode = async (
	facts: DeviceFacts,
	mode: OpenMode,
	surroundings: DeviceSurroundings,
): Promise<FileHandle> => {
	try {
		return await openExclusive(facts.path, mode);
	} catch (error) {
		throw await toError(facts, mode, surroundings, error);
	}
};

const toError = async (
	facts: DeviceFacts,
	mode: OpenMode,
	surroundings: DeviceSurroundings,
	error: unknown,
): Promise<SanitizeError> => {
	const now = await inspectBlock(facts, surroundings).catch(() => facts);
	if (errnoOf(error) === 'EBUSY') {
		return busy(facts, describeUse(now) ?? 'a program or the kernel holds it open', error);
	}

	return errnoOf(error) === 'EACCES' && mode === 'erase' && now.readOnly
		? readOnly(facts, error)
		: openFailure(facts.path, error);
};

const watchWrites = async ({kind, deviceNumber}: DeviceFacts, root: string): Promise<LoopWrites> => {
	const directory = await sysfsDirectory(deviceNumber ?? '', root);
	return kind === 'loop' && directory !== null
		? watchLoopWrites(directory, root)
		: {count: async () => countWrites(directory), close() {}};
};

/** A loop device reads its file through the page cache unless it was told not to. */
const isDirect = async ({kind, deviceNumber}: DeviceFacts, root: string): Promise<boolean> => {
	if (kind !== 'loop' || deviceNumber === null) {
		return true;
	}

	const directory = await sysfsDirectory(deviceNumber, root);
	return directory !== null && (await readAttribute(directory, 'loop/dio')) === '1';
};
