import {SanitizeError} from '../../errors.ts';

/** @throws SanitizeError USAGE when no device was named. */
export const requireDevices = (devices: readonly string[]): readonly string[] => {
	if (devices.length === 0) {
		throw new SanitizeError('USAGE', 'no device was named', {
			hint: 'add --device /dev/… (zeroize devices lists what is here), loop:FILE or file:FILE',
		});
	}

	return devices;
};
