import type {FileHandle} from 'node:fs/promises';
import {stat} from 'node:fs/promises';
import {SanitizeError} from '../errors.ts';
import {
	type Device,
	type DeviceFacts,
	type DeviceSurroundings,
	type DeviceTarget,
	defineScheme,
	type OpenMode,
} from './device.ts';
import {checked, openExclusive, openFailure} from './facts/exclusive.ts';
import {inodeOf, inspectFile} from './facts/file-facts.ts';
import {readGeometry} from './facts/geometry.ts';
import {backingFileOf, deviceNumberOf, queueLimitsOf, readAttribute} from './facts/sysfs.ts';
import {findWriters} from './facts/writers.ts';
import {handleIo, hold, openNodeOf, requireAvailable} from './held.ts';
import {requireSameIdentity} from './identity.ts';
import {attachLoop, detachLoop, untilDetached} from './loops/registry.ts';
import {loopDirectory, watchLoopWrites} from './loops/writes.ts';
import {inspectUnused} from './unused.ts';

const sectorBytes = 512;

export default defineScheme({
	scheme: 'loop',
	summary: 'a file, attached to a loop device for the run: loop:disk.img',
	tools: ['losetup', 'blockdev'],
	inspect: async (target, surroundings) => inspectBacking(target, surroundings),
	open: async (facts, mode, surroundings) => {
		await refuse(facts, mode, surroundings);
		const node = await attachLoop(facts.path, {isReadOnly: mode === 'read', tools: surroundings.tools});
		try {
			return await openAttached(facts, mode, node, surroundings);
		} finally {
			// From here on it lasts as long as somebody has it open: nothing leaks, however this process ends.
			await detachLoop(node, surroundings.tools);
		}
	},
});

const inspectBacking = async (
	target: Pick<DeviceTarget, 'target' | 'path'>,
	surroundings: DeviceSurroundings,
): Promise<DeviceFacts> => {
	const facts = await inspectFile(target, surroundings);
	if (facts.totalBytes % sectorBytes !== 0) {
		throw new SanitizeError(
			'UNSUPPORTED',
			`looking at ${facts.path}: ${facts.totalBytes} bytes are not whole sectors, and a loop device would leave the rest out`,
			{
				hint: `write file:${facts.path} to erase it to the last byte`,
			},
		);
	}

	return {...facts, kind: 'loop', logicalSectorBytes: sectorBytes, physicalSectorBytes: sectorBytes};
};

const refuse = async (
	facts: DeviceFacts,
	mode: OpenMode,
	surroundings: DeviceSurroundings,
): Promise<void> => {
	const now = await inspectUnused(async () => inspectBacking(facts, surroundings));
	requireAvailable(facts, now, mode);
};

const openAttached = async (
	facts: DeviceFacts,
	mode: OpenMode,
	node: string,
	surroundings: DeviceSurroundings,
): Promise<Device> => {
	const inspect = async () => inspectAttached(facts, node, surroundings);
	return checked(await openLoop(node, mode), async handle => {
		requireSameIdentity(facts, await inspect());
		const directory = loopDirectory(node, surroundings.root);
		const read = (...names: string[]) => readAttribute(directory, ...names);
		// A loop device stays write-protected for whoever has it next; it can be opened, and the first write fails.
		if (mode === 'erase' && (await read('ro')) === '1') {
			throw protectedNode(facts, node);
		}

		const isDirect = (await read('loop/dio')) === '1';
		const io = handleIo(handle);
		const writes = await watchLoopWrites(directory, surroundings.root);
		const close = async () => {
			writes.close();
			await io.close();
			await untilDetached(node, facts.path, surroundings.root);
		};

		const {rdev} = await stat(node, {bigint: true});
		const queue = await queueLimitsOf(deviceNumberOf(rdev), surroundings.root);
		const attached = queue ? {queue} : {};
		return hold({
			facts: {...facts, ...attached},
			...{node, openNode: openNodeOf(handle), isDirect},
			inspect: async () => ({...(await inspect()), ...attached}),
			countWrites: writes.count,
			io: {...io, close},
		});
	});
};

const protectedNode = ({path}: DeviceFacts, node: string): SanitizeError =>
	new SanitizeError(
		'DEVICE_READ_ONLY',
		`opening ${path} for erasing: the loop device that it got, ${node}, was left write-protected`,
		{hint: `lift that: blockdev --setrw ${node}`},
	);

const openLoop = async (node: string, mode: OpenMode): Promise<FileHandle> => {
	try {
		return await openExclusive(node, mode);
	} catch (error) {
		throw openFailure(node, error);
	}
};

/** The file as it is now, with the size that the loop device has and the identity of what it is attached to. */
const inspectAttached = async (
	facts: DeviceFacts,
	node: string,
	surroundings: DeviceSurroundings,
): Promise<DeviceFacts> => {
	const {root, tools} = surroundings;
	const backingFile = await backingFileOf(node, root);
	const stats = backingFile === null ? null : await stat(backingFile, {bigint: true}).catch(() => null);
	if (stats === null) {
		throw new SanitizeError(
			'DEVICE_MISSING',
			`looking at ${facts.path}: ${node} is not attached to it any more`,
			{
				hint: 'see losetup --list, and whether the file still exists',
			},
		);
	}

	const now = await inspectBacking(facts, surroundings);
	const {rdev} = await stat(node, {bigint: true});
	return {
		...now,
		deviceNumber: now.deviceNumber === facts.deviceNumber ? inodeOf(stats) : now.deviceNumber,
		totalBytes: differing(facts.totalBytes, [(await readGeometry(node, tools)).totalBytes, now.totalBytes]),
		// Who has the loop device open writes to the file, and has not got it open.
		holders: [
			...now.holders.filter(({name}) => name !== node),
			...(await findWriters({matches: other => other.isBlockDevice() && other.rdev === rdev}, root)),
		],
	};
};

// The loop device and its file have one size as long as nobody changed either: what differs is what must be seen.
const differing = (expected: number, sizes: readonly number[]): number =>
	sizes.find(size => size !== expected) ?? expected;
