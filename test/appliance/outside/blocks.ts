import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {open} from 'node:fs/promises';
import {pipeline} from 'node:stream/promises';

/** The unit of counting, in bytes: a page, and a block of ext4. */
export const blockBytes = 4096;

/** The smallest unit that a disk writes, in bytes. */
export const sectorBytes = 512;

const zeros = Buffer.alloc(blockBytes);

/** How many blocks of an image hold a byte that is not zero; a last short block counts as one. */
export const countNonZeroBlocks = async (file: string): Promise<number> => (await nonZeroBlocks(file)).length;

/** Numbers of the blocks of an image that hold a byte that is not zero; a block has at most 4 KiB. */
export const nonZeroBlocks = async (file: string, unitBytes = blockBytes): Promise<readonly number[]> => {
	await using handle = await open(file, 'r');
	const found: number[] = [];
	const chunk = Buffer.alloc(256 * blockBytes);
	for (let offset = 0; ; ) {
		const {bytesRead} = await handle.read(chunk, 0, chunk.length, offset);
		if (bytesRead === 0) {
			return found;
		}

		for (let start = 0; start < bytesRead; start += unitBytes) {
			const block = chunk.subarray(start, Math.min(start + unitBytes, bytesRead));
			if (!block.equals(zeros.subarray(0, block.length))) {
				found.push((offset + start) / unitBytes);
			}
		}

		offset += bytesRead;
	}
};

/** SHA-256 of all that an image holds. */
export const hashOf = async (file: string): Promise<string> => {
	const hash = createHash('sha256');
	await pipeline(createReadStream(file), hash);
	return hash.digest('hex');
};
