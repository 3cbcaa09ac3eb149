import {createHash} from 'node:crypto';
import type {ByteRange, DeviceFacts} from '../devices/device.ts';
import {keyStream} from './key-stream.ts';

/**
Known data at places that nobody can foresee. Plain JSON; places and contents follow from it and the size of the device:

The device is cut into slots of `blockBytes`. The numbers `draw(0)`, `draw(1)`, …, each the first 6 bytes, as a big-endian number, of SHA-256 over the 16 bytes of the seed and the draw's number as 4 bytes big-endian, modulo the number of slots, name the slots of the canary: the first `blocks` different ones. In each stands what {@link keyStream} has at its place, with the seed twice over as its key.
*/
export interface Canary {
	/** 32 hexadecimal digits. */
	readonly seed: string;
	readonly blocks: number;
	/** A multiple of the logical sector. */
	readonly blockBytes: number;
}

const usualBlockBytes = 4096;
const mostBlocks = 256;

/** A canary for a device; `undefined` for one that is too small for any. */
export const canaryFor = (
	{totalBytes, logicalSectorBytes}: Pick<DeviceFacts, 'totalBytes' | 'logicalSectorBytes'>,
	seed: string,
): Canary | undefined => {
	const blockBytes = Math.max(usualBlockBytes, logicalSectorBytes);
	// Of a quarter of the slots different ones are soon found.
	const blocks = Math.min(mostBlocks, Math.ceil(Math.floor(totalBytes / blockBytes) / 4));
	return blocks > 0 ? {seed, blocks, blockBytes} : undefined;
};

/** Where it is, in the order of the device. */
export const canaryPlaces = (
	{seed, blocks, blockBytes}: Canary,
	totalBytes: number,
): readonly ByteRange[] => {
	const slots = Math.floor(totalBytes / blockBytes);
	const wanted = Math.min(blocks, slots);
	const found = new Set<number>();
	for (let number = 0; found.size < wanted; number += 1) {
		found.add(draw(seed, number) % slots);
	}

	return [...found].sort((a, b) => a - b).map(slot => ({offset: slot * blockBytes, length: blockBytes}));
};

const draw = (seed: string, number: number): number => {
	const input = Buffer.alloc(20);
	input.write(seed, 'hex');
	input.writeUInt32BE(number, 16);
	return createHash('sha256').update(input).digest().readUIntBE(0, 6);
};

/** What stands at a place of it. */
export const canaryAt = ({seed}: Canary, {offset, length}: ByteRange): Uint8Array =>
	keyStream(`${seed}${seed}`, offset, length);

/** SHA-256 of the seed, in hexadecimal: what a certificate has of it. */
export const seedHash = ({seed}: Pick<Canary, 'seed'>): string =>
	createHash('sha256').update(Buffer.from(seed, 'hex')).digest('hex');

// What is left may be a part of a block.
const pieceBytes = 512;

/** The pieces of a place that still are what stood there. */
export const canaryLeft = (canary: Canary, place: ByteRange, data: Uint8Array): readonly ByteRange[] => {
	const wanted = canaryAt(canary, place);
	const left: ByteRange[] = [];
	for (let start = 0; start < place.length; start += pieceBytes) {
		const end = start + pieceBytes;
		if (Buffer.compare(data.subarray(start, end), wanted.subarray(start, end)) === 0) {
			left.push({offset: place.offset + start, length: Math.min(pieceBytes, place.length - start)});
		}
	}

	return left;
};
