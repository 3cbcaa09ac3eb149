import type {DeviceFacts, DeviceSurroundings} from '../device.ts';
import {describeBlock} from './block-facts.ts';
import {type Geometry, readGeometry} from './geometry.ts';
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
	const geometry = await readGeometry(node.kernelName, surroundings.tools).catch(() => geometryOf(node));
	return describeBlock({target: node.kernelName, path: node.kernelName, node, geometry}, surroundings);
};

const geometryOf = ({
	totalBytes,
	logicalSectorBytes,
	physicalSectorBytes,
	readOnly,
}: BlockNode): Geometry => ({
	totalBytes,
	logicalSectorBytes,
	physicalSectorBytes,
	readOnly,
});
