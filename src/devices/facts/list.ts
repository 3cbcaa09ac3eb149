import type {DeviceFacts, DeviceSurroundings} from '../device.ts';
import {withDrive} from '../drive/look.ts';
import {askGeometry, describeBlock} from './block-facts.ts';
import {type BlockNode, lsblk} from './lsblk.ts';

/**
All whole disks and loop devices that have a size, in lsblk's order. Works without root, then with lsblk's word for the size.
@throws SanitizeError TOOL_MISSING, TOOL_FAILED.
*/
export const listDevices = async (surroundings: DeviceSurroundings): Promise<DeviceFacts[]> => {
	const nodes = (await lsblk(surroundings.tools)).filter(({type}) => type === 'disk' || type === 'loop');
	const devices = await Promise.all(nodes.map(async node => describe(node, surroundings)));
	return devices.filter(({totalBytes}) => totalBytes > 0);
};

const describe = async (node: BlockNode, surroundings: DeviceSurroundings): Promise<DeviceFacts> => {
	const path = node.kernelName;
	// A drive without a medium answers nothing; it is in the list only if lsblk knows a size.
	const geometry = (await askGeometry(path, surroundings.tools).catch(() => undefined)) ?? node;
	return withDrive(await describeBlock({target: path, path, node, geometry}, surroundings), surroundings);
};
