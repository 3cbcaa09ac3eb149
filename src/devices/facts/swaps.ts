import {readAttribute} from './sysfs.ts';
import {unescapeOctal} from './text.ts';

/** Files and devices that the kernel swaps to now, as /proc/swaps names them; none where the kernel has no swap. */
export const activeSwaps = async (root: string): Promise<string[]> => {
	const text = (await readAttribute(root, 'proc/swaps')) ?? '';
	const [, ...lines] = text.split('\n');
	return lines.map(line => unescapeOctal(line.split(/\s/, 1)[0] ?? '')).filter(name => name !== '');
};
