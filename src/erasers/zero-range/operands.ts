import type {ByteRange} from '../../devices/device.ts';

// Older kernels cannot be stopped within a step.
const stepBytes = 64 * 1024 ** 2;

/** What blkdiscard is told, to zero a range. Without --force it wants the device for itself alone, and we hold it. */
export const operands = (
	node: string,
	{offset, length}: Record<keyof ByteRange, number | string>,
): readonly string[] => [
	'--zeroout',
	...['--offset', String(offset), '--length', String(length)],
	...['--step', String(stepBytes)],
	...['--verbose', '--force'],
	node,
];
