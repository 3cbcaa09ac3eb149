import {alignedBuffer, sharedZeros} from '../../aligned-buffer.ts';
import {keyStream} from '../../content/key-stream.ts';
import type {Content} from '../../content.ts';

/** Where writers get what they write: any part of it, as often as they like, in buffers that O_DIRECT takes. */
export interface Source {
	readonly content: Content;
	/** Bytes that may be taken at a time without taking more memory than a device is worth. */
	readonly maxBytesInFlight: number;
	/** The bytes from `offset` on, to be read only, and not after they were given back. Both numbers are multiples of the sector's size. */
	take(offset: number, length: number): Uint8Array;
	giveBack(data: Uint8Array): void;
}

/** Aligned buffers, used again and again: each new one reserves address space. */
export interface Buffers {
	/** The one that is everybody's; longer than before, it is another. */
	shared(length: number): Uint8Array;
	take(length: number): Uint8Array;
	giveBack(buffer: Uint8Array): void;
}

/** Buffers for one source after another. */
export const createBuffers = (): Buffers => {
	const free: Uint8Array[] = [];
	let common: Uint8Array = new Uint8Array(0);
	return {
		shared(length) {
			common = common.length < length ? wholeOf(alignedBuffer(length)) : common;
			return common;
		},
		take(length) {
			const index = free.findIndex(buffer => buffer.length >= length);
			// Those that have become too short are of no use any more.
			const [buffer = alignedBuffer(length)] = index === -1 ? [] : free.splice(index, 1);
			free.length = index === -1 ? 0 : free.length;
			return buffer.subarray(0, length);
		},
		giveBack: buffer => void free.push(wholeOf(buffer)),
	};
};

const wholeOf = ({buffer}: Uint8Array): Uint8Array => new Uint8Array(buffer);

/** What a device with these sectors shall hold. Memory: one buffer; for a stream as many as are taken at once. */
export const createSource = (
	content: Content,
	sectorBytes: number,
	buffers: Buffers = createBuffers(),
): Source => {
	switch (content.kind) {
		case 'zeros':
			return zerosForAll(content);
		case 'bytes':
			return periodic(content, {period: Buffer.from(content.hex, 'hex'), sectorBytes, buffers});
		case 'aes-256-ctr':
			return generated(content, (offset, length) => keyStream(content.key, offset, length), buffers);
		default:
			return content satisfies never;
	}
};

const mebibyte = 1024 ** 2;

/** They take no memory, however many are under way; only time, when the erase is interrupted. */
const zerosForAll = (content: Content): Source => ({
	content,
	maxBytesInFlight: 64 * mebibyte,
	take: (_offset, length) => sharedZeros(length).subarray(0, length),
	giveBack() {},
});

interface Periodic {
	readonly period: Uint8Array;
	readonly sectorBytes: number;
	readonly buffers: Buffers;
}

/** One buffer, somewhat longer than what is asked for: some sector of it begins with each byte of the period that a sector can begin with. */
const periodic = (content: Content, {period, sectorBytes, buffers}: Periodic): Source => {
	const spareBytes = (period.length - 1) * sectorBytes;
	let buffer: Uint8Array = new Uint8Array(0);
	return {
		content,
		maxBytesInFlight: 16 * mebibyte,
		take(offset, length) {
			if (buffer.length < length + spareBytes) {
				buffer = buffers.shared(length + spareBytes);
				Buffer.from(buffer.buffer).fill(period);
			}

			const start = ((offset / sectorBytes) % period.length) * sectorBytes;
			return buffer.subarray(start, start + length);
		},
		giveBack() {},
	};
};

const generated = (
	content: Content,
	generate: (offset: number, length: number) => Uint8Array,
	buffers: Buffers,
): Source => ({
	content,
	maxBytesInFlight: 8 * mebibyte,
	take(offset, length) {
		const buffer = buffers.take(length);
		buffer.set(generate(offset, length));
		return buffer;
	},
	giveBack: buffer => buffers.giveBack(buffer),
});
