import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Bench} from './bench.ts';

/** What a device holds at first, in every byte. */
export const leftover = 0xa5;

/** A file full of what must be erased. */
export const fullFile = async (
	{place}: Bench,
	totalBytes: number,
	name = 'disk.img',
	fill = leftover,
): Promise<string> => {
	const file = path.join(place.directory, name);
	await writeFile(file, Buffer.alloc(totalBytes, fill));
	return file;
};
