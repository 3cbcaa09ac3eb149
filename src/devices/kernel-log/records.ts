import type {KernelNames} from './names.ts';

/** A record of the kernel log. */
export interface KernelRecord {
	readonly text: string;
	/** What it is about, where the kernel says it: `b8:0`, `+scsi:0:0:0:0`, `+usb:1-1`. */
	readonly device: string | null;
}

/**
Source: Documentation/ABI/testing/dev-kmsg: `6,339,5140900,-;text`, then lines ` KEY=value`.
*/
export const parseRecord = (record: string): KernelRecord | null => {
	const [line = '', ...fields] = record.split('\n');
	const start = line.indexOf(';');
	const device = fields.find(field => field.startsWith(' DEVICE='))?.slice(' DEVICE='.length);
	return start === -1 ? null : {text: line.slice(start + 1), device: device ?? null};
};

/** Tells the records that are about a device. */
export const createMatcher = (names: KernelNames): ((record: KernelRecord) => boolean) => {
	const devices = new Set([
		...names.numbers.map(number => `b${number}`),
		...names.usbPorts.map(port => `+usb:${port}`),
	]);
	const subjects = new Set(names.parents);
	const patterns = [
		...names.disks.map(name => new RegExp(`(?<![\\w-])${literal(name)}${partition(name)}(?![\\w-])`)),
		...[...names.parents, ...names.numbers].map(
			name => new RegExp(`(?<![\\w:.-])${literal(name)}(?![\\w-])`),
		),
		// A port alone could be any pair of numbers.
		...names.usbPorts.map(port => new RegExp(`\\b(?:usb|uas|usb-storage|hub) ${literal(port)}(?![\\w.-])`)),
	];
	return ({text, device}) =>
		(device !== null && (devices.has(device) || subjects.has(device.replace(/^\+\w+:/, '')))) ||
		patterns.some(pattern => pattern.test(text));
};

// A name that ends with a digit has a p before the partition's number.
const partition = (name: string): string => (/\d$/.test(name) ? '(?:p\\d+)?' : '\\d*');

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
