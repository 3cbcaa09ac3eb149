import path from 'node:path';

/** The file for one device: as it is when there is only one, with the device's number and name before the extension otherwise. */
export const deviceFileName = (file: string, device: string, devices: readonly string[]): string => {
	if (devices.length === 1) {
		return file;
	}

	const {dir, name, ext} = path.parse(file);
	// Two files of one name in two directories are two devices, so the whole path goes into the name.
	const suffix = device
		.replace(/^\/dev\//, '')
		.replaceAll(/[^A-Za-z0-9.]+/g, '-')
		.replace(/^-/, '');
	return path.join(dir, `${name}-${devices.indexOf(device) + 1}-${suffix}${ext}`);
};
