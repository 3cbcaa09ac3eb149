import type {DeviceFacts} from '../../devices/device.ts';

/** What dd is told, to write zeros from byte `from` to the end. Without nocreat it makes a regular file of a node that has gone, and fills the memory with it. */
export const operands = (
	{kind, totalBytes}: DeviceFacts,
	node: string,
	{isDirect, from = 0}: {readonly isDirect: boolean; readonly from?: number},
): readonly string[] => {
	// A block device can always be written past the page cache; a file only where its file system allows it.
	const flags = [...(from > 0 ? ['seek_bytes'] : []), ...(isDirect || kind !== 'file' ? ['direct'] : [])];
	return [
		'if=/dev/zero',
		`of=${node}`,
		'bs=1M',
		...(from > 0 ? [`seek=${from}`] : []),
		...(kind === 'file'
			? [`count=${totalBytes - from}`, 'iflag=count_bytes', 'conv=fsync,nocreat,notrunc']
			: ['conv=fsync,nocreat']),
		...(flags.length > 0 ? [`oflag=${flags.join(',')}`] : []),
		'status=progress',
	];
};
