import {SanitizeError} from '../errors.ts';
import type {DeviceTarget} from './device.ts';

const schemes = ['loop', 'file'] as const;

/**
What the operator named: `loop:FILE`, `file:FILE`, anything else is the path of a block device. A block device whose path begins with a scheme's name is written `./loop:…`.
@throws SanitizeError USAGE.
*/
export const parseTarget = (text: string): DeviceTarget => {
	const scheme = schemes.find(name => text.startsWith(`${name}:`));
	const path = scheme ? text.slice(scheme.length + 1) : text;
	if (path.trim() === '' || path.includes('\0')) {
		throw new SanitizeError('USAGE', `reading the device '${text}': there is no path in it`, {
			hint: 'name a device such as /dev/sda, loop:FILE or file:FILE',
		});
	}

	return {scheme: scheme ?? 'block', target: text, path};
};
