import {realpath, stat} from 'node:fs/promises';
import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import type {DeviceFacts, DeviceSurroundings, Partition} from '../device.ts';
import {readContents} from './contents.ts';
import {controllerOf} from './controller.ts';
import {type Geometry, readGeometry} from './geometry.ts';
import {findHolders, flatten, kindOf} from './holders.ts';
import {type BlockNode, lsblk} from './lsblk.ts';
import {toMissing} from './missing.ts';
import {readMounts} from './mounts.ts';
import {bootIdOf, deviceNumberOf, diskSequenceOf, queueLimitsOf, serialOf} from './sysfs.ts';
import {disksBehind} from './system-disk.ts';
import {cleanText} from './text.ts';

/**
@throws SanitizeError DEVICE_MISSING, NOT_A_BLOCK_DEVICE, DEVICE_EMPTY, NO_PERMISSION, TOOL_MISSING, TOOL_FAILED.
*/
export const inspectBlock = async (
	{target, path}: {readonly target: string; readonly path: string},
	surroundings: DeviceSurroundings,
	contents?: DeviceFacts['contents'],
): Promise<DeviceFacts> => {
	const node = await findNode(path);
	const listed = lsblk(surroundings.tools, node.path);
	// A device without a medium may make it fail; the size tells that better.
	listed.catch(() => {});
	const geometry = await askGeometry(node.path, surroundings.tools);
	if (geometry?.totalBytes === 0) {
		throw new SanitizeError('DEVICE_EMPTY', `looking at ${node.path}: it has no size`, {
			hint: 'insert a medium or attach the device, then try again',
		});
	}

	const found = (await listed).flatMap(flatten).find(({deviceNumber}) => deviceNumber === node.deviceNumber);
	if (!found) {
		throw new SanitizeError(
			'TOOL_FAILED',
			`looking at ${node.path}: lsblk does not list device ${node.deviceNumber}`,
			{
				hint: 'see that /sys is mounted and that the node in /dev is the right one',
			},
		);
	}

	return describeBlock(
		{target, path: node.path, node: found, geometry: geometry ?? found, contents},
		surroundings,
	);
};

/** The device's own word; `undefined` where it may not be opened: planning needs no root, and what is refused anyway must be named for what it is. */
export const askGeometry = async (path: string, tools: Tools): Promise<Geometry | undefined> => {
	try {
		return await readGeometry(path, tools);
	} catch (error) {
		if (error instanceof SanitizeError && error.code === 'NO_PERMISSION') {
			return undefined;
		}

		throw error;
	}
};

export interface BlockFindings {
	readonly target: string;
	readonly path: string;
	readonly node: BlockNode;
	readonly geometry: Geometry;
	/** Known already: a second look at the same device is not about what is on it. */
	readonly contents?: DeviceFacts['contents'] | undefined;
}

export const describeBlock = async (
	{target, path, node, geometry, contents}: BlockFindings,
	surroundings: DeviceSurroundings,
): Promise<DeviceFacts> => {
	const {root, tools} = surroundings;
	const [identity, mountPoints, holders, found, systemDisks, queue, controller] = await Promise.all([
		identityOf(node, root),
		mountPointsOn(node, root),
		findHolders(node, surroundings),
		contents ?? readContents(node, tools),
		disksBehind('/', root),
		queueLimitsOf(node.deviceNumber, root),
		controllerOf(node.deviceNumber, root),
	]);
	return {
		target,
		path,
		kind: kindOf(node.type),
		...identity,
		manufacturer: toManufacturer(node.vendor),
		model: node.model,
		wwn: node.wwn,
		totalBytes: geometry.totalBytes,
		logicalSectorBytes: geometry.logicalSectorBytes ?? node.logicalSectorBytes ?? 512,
		physicalSectorBytes: geometry.physicalSectorBytes ?? node.physicalSectorBytes ?? 512,
		rotational: node.rotational,
		transport: node.transport,
		...(controller !== undefined && {controller}),
		readOnly: geometry.readOnly ?? node.readOnly,
		...(queue && {queue}),
		mountPoints,
		holders,
		partitions: node.children.filter(({type}) => type === 'part').map(toPartition),
		contents: found,
		isSystemDisk: systemDisks.includes(node.deviceNumber),
	};
};

type Identity = Pick<DeviceFacts, 'deviceNumber' | 'diskSequence' | 'bootId' | 'serial'>;

const identityOf = async (node: BlockNode, root: string): Promise<Identity> => {
	const {deviceNumber} = node;
	const diskSequence = await diskSequenceOf(deviceNumber, root);
	const serial = cleanText(await serialOf(deviceNumber, root)) ?? node.serial;
	const bootId = serial === null ? await bootIdOf(root) : null;
	return {deviceNumber, diskSequence, serial, ...(bootId !== null && {bootId})};
};

// virtio says its PCI vendor number, libata says ATA for whoever made the disk: neither is a name.
const toManufacturer = (vendor: string | null): string | null =>
	vendor === null || vendor === 'ATA' || /^0x[\da-f]+$/i.test(vendor) ? null : vendor;

const toPartition = ({name, totalBytes, fileSystem, label}: BlockNode): Partition => ({
	path: name,
	totalBytes,
	fileSystem,
	label,
});

export const mountPointsOn = async (node: BlockNode, root: string): Promise<string[]> => {
	const nodes = flatten(node);
	const numbers = new Set(nodes.map(({deviceNumber}) => deviceNumber));
	const names = new Set(nodes.flatMap(({name, kernelName}) => [name, kernelName]));
	const mounts = await readMounts(root);
	const mounted = mounts.filter(({deviceNumber, source}) => numbers.has(deviceNumber) || names.has(source));
	return [
		...new Set([
			...nodes.flatMap(({mountPoints}) => mountPoints),
			...mounted.map(({mountPoint}) => mountPoint),
		]),
	];
};

interface FoundNode {
	readonly path: string;
	readonly deviceNumber: string;
}

export const findNode = async (typed: string): Promise<FoundNode> => {
	try {
		const path = await realpath(typed);
		const stats = await stat(path, {bigint: true});
		if (stats.isBlockDevice()) {
			return {path, deviceNumber: deviceNumberOf(stats.rdev)};
		}

		throw new SanitizeError('NOT_A_BLOCK_DEVICE', `looking at ${path}: it is not a block device`, {
			hint: stats.isFile()
				? `write file:${typed} or loop:${typed} to erase what is in a file`
				: 'see zeroize devices for what is here',
		});
	} catch (error) {
		throw error instanceof SanitizeError ? error : toMissing(typed, error);
	}
};
