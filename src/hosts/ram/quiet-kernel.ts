import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {readAttribute} from '../../devices/facts/sysfs.ts';

/**
Keeps all kernel messages but emergencies off the console, where they would cut our lines; the kernel's log still has them.
@param root - Prefix of /proc; `/` but in tests.
@returns The console log level as it was (0 to 8, see proc_sys_kernel(5)); `null` where it could not be changed, which is not worth an error.
*/
export const quietKernel = async (root: string): Promise<number | null> => {
	const file = path.join(root, 'proc/sys/kernel/printk');
	const [before = ''] = ((await readAttribute(file)) ?? '').split(/\s+/);
	try {
		// Without O_CREAT, and the first of its four numbers alone.
		await writeFile(file, '1\n', {flag: 'r+'});
		return Number(before);
	} catch {
		return null;
	}
};
