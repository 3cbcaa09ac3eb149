import {sysfsDirectory} from './sysfs.ts';

/** What a block device shares its bus behind; see {@link DeviceFacts.controller}. */
export const controllerOf = async (deviceNumber: string, root: string): Promise<string | undefined> => {
	const directory = await sysfsDirectory(deviceNumber, root);
	return directory === null ? undefined : controllerIn(directory);
};

const pciFunction = /^[\da-f]{4,}:[\da-f]{2}:[\da-f]{2}\.[0-7]$/;

/** The same, from the directory of the device in sysfs, links resolved. Pure. */
export const controllerIn = (directory: string): string | undefined => {
	const names = directory.split('/');
	// Bridges stand before it. NVMe has a function for each drive.
	const nearest = (pattern: RegExp) => names.findLast(name => pattern.test(name));
	const parts = [nearest(pciFunction), nearest(/^usb\d+$/) ?? nearest(/^mmc\d+$/)];
	return parts.filter(part => part !== undefined).join(' ') || undefined;
};
