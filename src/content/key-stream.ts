import {createCipheriv} from 'node:crypto';

const counterBytes = 16;

const counterAt = (block: number): Buffer => {
	const counter = Buffer.alloc(counterBytes);
	counter.writeBigUInt64BE(BigInt(block), counterBytes - 8);
	return counter;
};

let zeros = Buffer.alloc(0);

/** The bytes from `offset` on of the stream of AES-256-CTR for a key of 64 hexadecimal digits: any part of it on its own, at gigabytes a second. */
export const keyStream = (key: string, offset: number, length: number): Uint8Array => {
	const skipped = offset % counterBytes;
	const block = (offset - skipped) / counterBytes;
	if (zeros.length < skipped + length) {
		zeros = Buffer.alloc(skipped + length);
	}

	const cipher = createCipheriv('aes-256-ctr', Buffer.from(key, 'hex'), counterAt(block));
	return cipher.update(zeros.subarray(0, skipped + length)).subarray(skipped);
};
