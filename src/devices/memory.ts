import {SanitizeError} from '../errors.ts';
import {type Device, type DeviceFacts, defineScheme, type OpenMode} from './device.ts';
import {hold, systemError} from './held.ts';

const units: Readonly<Record<string, number>> = {'': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3};

export default defineScheme({
	scheme: 'memory',
	summary: 'a piece of memory of a given size, for tests: memory:1MiB',
	tools: [],
	inspect: async ({target, path}) => memoryFacts({totalBytes: parseSize(target, path), target}),
	open: async (facts, mode) => createMemoryDevice({...facts, mode}),
});

export interface MemoryDeviceOptions extends Partial<DeviceFacts> {
	readonly totalBytes: number;
	/** What every byte is at the start; 0 by default. */
	readonly fill?: number;
	readonly mode?: OpenMode;
}

export interface MemoryDevice extends Device {
	/** The contents themselves. */
	readonly bytes: Uint8Array;
}

/** A device in memory that is as strict about sectors as O_DIRECT is. Any fact can be given. */
export const createMemoryDevice = ({
	fill = 0,
	mode = 'erase',
	...given
}: MemoryDeviceOptions): MemoryDevice => {
	const facts = memoryFacts(given);
	const bytes = new Uint8Array(facts.totalBytes).fill(fill);
	const check = (position: number, buffer: Uint8Array, syscall: string) => {
		if (position % facts.logicalSectorBytes !== 0 || buffer.length % facts.logicalSectorBytes !== 0) {
			throw systemError('EINVAL', syscall);
		}
	};

	const device = hold({
		facts,
		node: undefined,
		isDirect: true,
		inspect: async () => ({...facts}),
		io: {
			read: async (position, buffer) => {
				check(position, buffer, 'read');
				const found = bytes.subarray(position, position + buffer.length);
				buffer.set(found);
				return found.length;
			},
			write: async (position, buffer) => {
				check(position, buffer, 'write');
				if (mode === 'read' || (position >= bytes.length && buffer.length > 0)) {
					throw systemError(mode === 'read' ? 'EBADF' : 'ENOSPC', 'write');
				}

				const fitting = buffer.subarray(0, bytes.length - position);
				bytes.set(fitting, position);
				return fitting.length;
			},
			sync: async () => {},
			close: async () => {},
		},
	});
	return {...device, bytes};
};

const memoryFacts = ({
	totalBytes,
	...given
}: Partial<DeviceFacts> & {readonly totalBytes: number}): DeviceFacts => ({
	target: `memory:${totalBytes}`,
	path: given.target ?? `memory:${totalBytes}`,
	kind: 'memory',
	deviceNumber: null,
	diskSequence: null,
	manufacturer: null,
	model: null,
	serial: null,
	wwn: null,
	totalBytes,
	logicalSectorBytes: 512,
	physicalSectorBytes: given.logicalSectorBytes ?? 512,
	rotational: null,
	transport: null,
	readOnly: false,
	mountPoints: [],
	holders: [],
	partitions: [],
	contents: {partitionTable: null, fileSystem: null, label: null},
	isSystemDisk: false,
	...given,
});

const parseSize = (target: string, text: string): number => {
	const [, digits, unit = ''] = /^(\d{1,12})(KiB|MiB|GiB)?$/.exec(text) ?? [];
	const totalBytes = Number(digits) * (units[unit] ?? Number.NaN);
	if (!(totalBytes > 0)) {
		throw new SanitizeError('USAGE', `reading the device '${target}': '${text}' is not a size`, {
			hint: 'write a number of bytes, or one with KiB, MiB or GiB: memory:1MiB',
		});
	}

	return totalBytes;
};
