import type {Tools} from '../../process.ts';
import type {DeviceFacts} from '../device.ts';
import {atMost} from './at-most.ts';
import type {BlockNode} from './lsblk.ts';
import {cleanText} from './text.ts';

/**
What is on the device itself. lsblk has it from udev and says nothing where udev does not run, so blkid looks for itself then. Never throws: contents are for the operator to read, and nothing depends on them.
*/
export const readContents = async (node: BlockNode, tools: Tools): Promise<DeviceFacts['contents']> => {
	const {partitionTable, fileSystem, label} = node;
	return partitionTable === null && fileSystem === null
		? inTurn(async () => probe(node.kernelName, tools)).catch(() => ({partitionTable, fileSystem, label}))
		: {partitionTable, fileSystem, label};
};

// Each takes a process: blkid stops at the first device that holds nothing.
const inTurn = atMost(4);

const probe = async (node: string, tools: Tools): Promise<DeviceFacts['contents']> => {
	// 2: nothing found; 8: several signatures that contradict each other.
	const {stdout} = await tools.run('blkid', ['--probe', '--output', 'export', node], {
		accept: [0, 2, 8],
		timeoutMs: 10_000,
	});
	const value = (name: string) => cleanText(new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1]);
	return {partitionTable: value('PTTYPE'), fileSystem: value('TYPE'), label: value('LABEL')};
};
