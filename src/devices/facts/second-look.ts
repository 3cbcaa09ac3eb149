import {basename, join} from 'node:path';
import type {DeviceFacts, DeviceSurroundings} from '../device.ts';
import {findNode, inspectBlock, mountPointsOn} from './block-facts.ts';
import {findHolders} from './holders.ts';
import type {BlockNode} from './lsblk.ts';
import {diskSequenceOf, listNames, readAttribute, serialOf, sysfsDirectory} from './sysfs.ts';
import {cleanText} from './text.ts';

/**
A second look at a device that is held already. Everything that can have changed is asked of the kernel itself, through sysfs and /proc: it costs milliseconds where the tools of the first look cost tens of them, and needs none of them while the system disk is being erased. Whatever sysfs cannot tell is looked at in full.
*/
export const lookAgain = async (
	facts: DeviceFacts,
	surroundings: DeviceSurroundings,
): Promise<DeviceFacts> => {
	const {root} = surroundings;
	const {path, deviceNumber} = await findNode(facts.path);
	const directory = await sysfsDirectory(deviceNumber, root);
	const sectors = directory === null ? 0 : Number(await readAttribute(directory, 'size'));
	const serial = cleanText(await serialOf(deviceNumber, root));
	if (directory === null || !(sectors > 0) || serial !== facts.serial) {
		const {drive} = facts;
		return {...(await inspectBlock(facts, surroundings, facts.contents)), ...(drive && {drive})};
	}

	const node = await describeNode(path, deviceNumber, directory, facts);
	return {
		...facts,
		deviceNumber,
		diskSequence: await diskSequenceOf(deviceNumber, root),
		// sysfs counts in sectors of 512 bytes, whatever the device's own are.
		totalBytes: sectors * 512,
		readOnly: (await readAttribute(directory, 'ro')) === '1',
		mountPoints: await mountPointsOn(node, root),
		holders: await findHolders(node, surroundings),
	};
};

// What is only in lsblk's words, and nobody who looks again asks for.
const unknown = {
	totalBytes: 0,
	logicalSectorBytes: null,
	physicalSectorBytes: null,
	rotational: null,
	readOnly: false,
	transport: null,
	vendor: null,
	model: null,
	serial: null,
	wwn: null,
	fileSystem: null,
	label: null,
	partitionTable: null,
	mountPoints: [],
	isSwap: false,
};

const describeNode = async (
	path: string,
	deviceNumber: string,
	directory: string,
	{kind}: DeviceFacts,
): Promise<BlockNode> => {
	const toNode = (name: string, number: string, type: string, children: BlockNode[]): BlockNode => ({
		...unknown,
		name,
		kernelName: name,
		deviceNumber: number,
		type,
		children,
	});
	// Partitions are the directories that begin with the disk's own name.
	const parts = await Promise.all(
		(await listNames(directory))
			.filter(name => name.startsWith(basename(directory)))
			.map(async name =>
				toNode(join('/dev', name), (await readAttribute(directory, name, 'dev')) ?? '', 'part', []),
			),
	);
	return toNode(path, deviceNumber, kind, parts);
};
