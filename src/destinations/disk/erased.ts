import path from 'node:path';
import {readAttribute} from '../../devices/facts/sysfs.ts';
import {disksUnder} from '../../devices/facts/system-disk.ts';
import {SanitizeError} from '../../errors.ts';
import type {LookSurroundings} from '../destination.ts';
import type {FileSystem} from './find.ts';

/**
@throws SanitizeError DESTINATION_UNREACHABLE when the file system stands on a device of the run, however deep, or when nothing can be written to it.
*/
export const requireSafePlace = async (
	{node, deviceNumber}: FileSystem,
	{erased, root}: LookSurroundings,
): Promise<void> => {
	const below = await disksUnder(deviceNumber, root);
	const files = await Promise.all(
		below.map(async number => readAttribute(root, 'sys/dev/block', number, 'loop/backing_file')),
	);
	const device = erased.find(
		({deviceNumber: number, path: file}) =>
			(number !== null && below.includes(number)) || files.includes(file),
	);
	if (device) {
		const what =
			device.path === node
				? `${node} is erased by this run`
				: `${node} is on ${device.path}, which is erased by this run`;
		throw new SanitizeError('DESTINATION_UNREACHABLE', what, {hint: 'name a disk that is not erased'});
	}

	if ((await readAttribute(path.join(root, 'sys/dev/block', deviceNumber), 'ro')) === '1') {
		throw new SanitizeError('DESTINATION_UNREACHABLE', `${node} is read-only`, {
			hint: `move its write-protect switch, or: blockdev --setrw ${node}`,
		});
	}
};
