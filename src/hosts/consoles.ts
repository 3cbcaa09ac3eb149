import {readFile, readlink} from 'node:fs/promises';
import path from 'node:path';
import {listNames} from '../devices/facts/sysfs.ts';

/**
The terminals that a run can be seen on when nobody is logged in any more, as the kernel names them: its consoles, and the line that the operator sits at, unless that is one of a terminal program.

Source: /sys/class/tty/console/active (Documentation/ABI/testing/sysfs-tty).
*/
export const findConsoles = async (root: string): Promise<readonly string[]> => {
	const active = await readFile(path.join(root, 'sys/class/tty/console/active'), 'utf8').catch(() => '');
	const own = await ownTerminal(root);
	const names = [...new Set([...active.split(/\s+/), own ?? ''])].filter(name => name !== '');
	// tty0 is whichever of tty1, tty2, … is on the screen: said to both, everything would stand there twice.
	return /^tty\d+$/.test(own ?? '') ? names.filter(name => name === own || !/^tty\d+$/.test(name)) : names;
};

/** The kernel's name of the line that standard output goes to; `null` for a pipe, a file or a terminal program. */
export const ownTerminal = async (root: string): Promise<string | null> => {
	const target = await readlink(path.join(root, 'proc/self/fd/1')).catch(() => '');
	const name = target.startsWith('/dev/') ? target.slice('/dev/'.length) : '';
	const isLine = (await listNames(root, 'sys/class/tty')).includes(name);
	return isLine && name !== 'console' && name !== 'tty' ? name : null;
};
