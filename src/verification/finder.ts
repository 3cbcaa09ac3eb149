import {keyStream} from '../content/key-stream.ts';
import type {Content} from '../content.ts';
import {type Finder, findNonZero} from './zeros.ts';

/** Finds what is not `content`: what is read at byte n of the device is compared with byte n of it. */
export const finderOf = (content: Content): Finder => {
	switch (content.kind) {
		case 'zeros':
			return findNonZero;
		case 'bytes':
			return comparing(repeating(Buffer.from(content.hex, 'hex')));
		case 'aes-256-ctr':
			return comparing((position, length) => keyStream(content.key, position, length));
		default:
			return content satisfies never;
	}
};

type Expected = (position: number, length: number) => Uint8Array;

/** One buffer, made once and longer by a period than the longest part so far. */
const repeating = (period: Uint8Array): Expected => {
	let buffer = Buffer.alloc(0);
	return (position, length) => {
		if (buffer.length < length + period.length) {
			buffer = Buffer.alloc(length + period.length, period);
		}

		const start = position % period.length;
		return buffer.subarray(start, start + length);
	};
};

// What differs is what is not zero once the two are taken off each other: so ranges have one meaning only.
const comparing =
	(expected: Expected): Finder =>
	(data, position, sectorBytes) => {
		const wanted = expected(position, data.length);
		return Buffer.compare(data, wanted) === 0
			? []
			: findNonZero(differences(data, wanted), position, sectorBytes);
	};

const differences = (data: Uint8Array, wanted: Uint8Array): Uint8Array => {
	const result = new Uint8Array(data.length);
	for (let index = 0; index < data.length; index += 1) {
		result[index] = (data[index] ?? 0) ^ (wanted[index] ?? 0);
	}

	return result;
};
