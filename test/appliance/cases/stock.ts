import {copyFile, mkdir, rm} from 'node:fs/promises';
import path from 'node:path';
import {$} from 'zx';
import {provideImages} from '../image/images.ts';
import {allEnded} from '../pool.ts';
import type {Stock} from './boot.ts';

/** Everything that guests are started from; `executable` is carried by the TOOLS disk, and may be in the making while the images are. */
export const provideStock = async (
	directory: string,
	making: string | Promise<string>,
	say: (text: string) => void,
): Promise<Stock> => {
	const [images, executable] = await allEnded([provideImages(say), making]);
	const tools = path.join(directory, 'tools.raw');
	const evidence = path.join(directory, 'evidence.raw');
	const contents = path.join(directory, 'tools');
	await mkdir(contents, {recursive: true});
	await copyFile(executable, path.join(contents, 'zeroize'));
	await writeImage(tools, 192, ['-L', 'TOOLS', '-d', contents]);
	await writeImage(evidence, 64, ['-L', 'EVIDENCE']);
	await rm(contents, {recursive: true});
	return {executable, images, tools, evidence};
};

const writeImage = async (file: string, sizeMiB: number, options: readonly string[]): Promise<void> => {
	await rm(file, {force: true});
	await $`mkfs.ext4 -q ${options} ${file} ${sizeMiB}M`.quiet();
};
