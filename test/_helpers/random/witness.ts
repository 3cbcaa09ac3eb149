import type {ByteRange, Device, DeviceFacts} from '../../../src/devices/device.ts';
import type {MemoryDevice} from '../../../src/devices/memory.ts';
import {joinRanges} from '../../../src/ranges.ts';

/** What somebody between the run and the device has seen of it, counted by calls. */
export interface Witness {
	readonly device: Device;
	readonly memory: MemoryDevice;
	/** What would be left if the power went now: only what a flush has confirmed, and what a failed one had to write is lost. */
	readonly media: Uint8Array;
	/** Ranges of the writes that failed when they were tried the last time. */
	refused(): readonly ByteRange[];
	/** Ranges that were read since the last write. */
	readSinceWrite(): readonly ByteRange[];
	/** The last look at the device, if nothing was written, read or flushed since. */
	lastLook(): DeviceFacts | undefined;
	readonly counts: {write: number; read: number};
}

interface State {
	readonly refused: Set<number>;
	dirty: ByteRange[];
	reads: ByteRange[];
	look: DeviceFacts | undefined;
}

/** Stands between the run and a device, and changes nothing. */
export const createWitness = (
	device: Device,
	memory: MemoryDevice,
	onCall: (operation: 'write' | 'read') => void,
): Witness => {
	const state: State = {refused: new Set(), dirty: [], reads: [], look: undefined};
	const {logicalSectorBytes} = device.facts;
	const media = memory.bytes.slice();
	const sectors = ({offset, length}: ByteRange): readonly number[] =>
		Array.from(
			{length: Math.ceil(length / logicalSectorBytes)},
			(_, index) => offset / logicalSectorBytes + index,
		);
	const witness: Witness = {
		device: watched(device, state, {
			memory,
			media,
			note: (range, isRefused) => {
				for (const sector of sectors(range)) {
					state.refused[isRefused ? 'add' : 'delete'](sector);
				}
			},
			onCall: operation => {
				witness.counts[operation] += 1;
				onCall(operation);
			},
		}),
		memory,
		media,
		refused: () => joinSectors([...state.refused], logicalSectorBytes, memory.bytes.length),
		readSinceWrite: () =>
			joinRanges(
				state.reads.toSorted((a, b) => a.offset - b.offset),
				1,
			),
		lastLook: () => state.look,
		counts: {write: 0, read: 0},
	};
	return witness;
};

const joinSectors = (sectors: number[], sectorBytes: number, totalBytes: number): readonly ByteRange[] =>
	joinRanges(
		sectors
			.sort((a, b) => a - b)
			.map(sector => ({
				offset: sector * sectorBytes,
				length: Math.min(sectorBytes, totalBytes - sector * sectorBytes),
			})),
		1,
	);

interface Watching {
	readonly memory: MemoryDevice;
	readonly media: Uint8Array;
	note(range: ByteRange, isRefused: boolean): void;
	onCall(operation: 'write' | 'read'): void;
}

const watched = (device: Device, state: State, {memory, media, note, onCall}: Watching): Device => ({
	...device,
	async write(position, buffer) {
		onCall('write');
		Object.assign(state, {reads: [], look: undefined});
		try {
			const bytes = await device.write(position, buffer);
			state.dirty.push({offset: position, length: bytes});
			note({offset: position, length: bytes}, false);
			return bytes;
		} catch (error) {
			note({offset: position, length: buffer.length}, true);
			throw error;
		}
	},
	async read(position, buffer) {
		onCall('read');
		state.look = undefined;
		const bytes = await device.read(position, buffer);
		state.reads.push({offset: position, length: bytes});
		return bytes;
	},
	async sync() {
		state.look = undefined;
		const {dirty} = state;
		state.dirty = [];
		await device.sync();
		for (const {offset, length} of dirty) {
			media.set(memory.bytes.subarray(offset, offset + length), offset);
		}
	},
	async inspect() {
		state.look = undefined;
		state.look = await device.inspect();
		return state.look;
	},
});
