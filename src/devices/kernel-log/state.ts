import {join} from 'node:path';
import {listNames, readAttribute} from '../facts/sysfs.ts';

// drivers/scsi/scsi_sysfs.c, sdev_states; drivers/nvme/host/sysfs.c, state_name.
const workingStates = new Set(['running', 'live']);

/** What sysfs says against a device, given its directory there: a state that is not a working one, or a temperature at its limit. */
export const stateOf = async (directory: string): Promise<string | null> => {
	const state = await readAttribute(directory, 'device/state');
	return state === null || workingStates.has(state) ? null : `the kernel has it as "${state}"`;
};

/** Asking for a temperature may be a command to the drive: it can hang as any other does. */
export const heatOf = async (directory: string): Promise<string | null> => {
	for (const place of ['device', 'device/hwmon', 'device/device/hwmon']) {
		for (const name of await listNames(directory, place)) {
			const words = /^hwmon\d+$/.test(name) ? await heatAt(join(directory, place, name)) : null;
			if (words !== null) {
				return words;
			}
		}
	}

	return null;
};

/** Documentation/hwmon/sysfs-interface.rst: thousandths of a degree Celsius. */
const heatAt = async (directory: string): Promise<string | null> => {
	const [now, max] = [await degrees(directory, 'temp1_input'), await degrees(directory, 'temp1_max')];
	return now !== null && max !== null && max > 0 && now >= max
		? `it is too hot: ${now} C, its limit is ${max} C`
		: null;
};

const degrees = async (directory: string, name: string): Promise<number | null> => {
	const text = await readAttribute(directory, name);
	return text !== null && /^-?\d{1,9}$/.test(text) ? Math.round(Number(text) / 1000) : null;
};
