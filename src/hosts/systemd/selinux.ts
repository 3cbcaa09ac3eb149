import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {readAttribute} from '../../devices/facts/sysfs.ts';
import {SanitizeError} from '../../errors.ts';

/**
Makes SELinux permissive, where it enforces; says whether it had to. systemd may not start what lies in a home directory or on a stick, nor end in a program in a tmpfs: neither has a label that its policy lets it execute.

Source: selinux(8), security_setenforce(3).
@throws SanitizeError NO_PERMISSION.
*/
export const relaxSelinux = async (root: string): Promise<boolean> => {
	const file = path.join(root, 'sys/fs/selinux/enforce');
	if ((await readAttribute(file)) !== '1') {
		return false;
	}

	try {
		await writeFile(file, '0', {flag: 'r+'});
		return true;
	} catch (cause) {
		throw new SanitizeError('NO_PERMISSION', 'making SELinux permissive for this run: it is not allowed', {
			hint: 'do it by hand first: setenforce 0',
			cause,
		});
	}
};
