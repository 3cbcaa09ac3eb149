import {execFileSync} from 'node:child_process';
import {type Content, type LeftContent, zeros} from '../../src/content.ts';

/** The first bytes of a content, made by openssl where they are a stream: nothing of what is tested has a part in it. */
export const bytesOf = (content: Content, length: number): Buffer => {
	switch (content.kind) {
		case 'zeros':
			return Buffer.alloc(length);
		case 'bytes':
			return Buffer.alloc(length, Buffer.from(content.hex, 'hex'));
		case 'aes-256-ctr':
			return execFileSync('openssl', ['enc', '-aes-256-ctr', '-K', content.key, '-iv', '0'], {
				input: Buffer.alloc(length),
				stdio: ['pipe', 'pipe', 'ignore'],
				maxBuffer: 2 * length + 1024,
			});
		default:
			return content satisfies never;
	}
};

/** Whether this is a content's first bytes, all of them. */
export const holds = (bytes: Uint8Array, content: Content): boolean =>
	Buffer.compare(bytes, bytesOf(content, bytes.length)) === 0;

/** What was written, of what is told to be left; zeros where nothing is told. */
export const writtenIn = (left: LeftContent | undefined): Content => {
	if (left?.kind === 'drive-defined') {
		throw new Error('nobody wrote it');
	}

	return left ?? zeros;
};
