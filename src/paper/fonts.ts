import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {getRawAsset, isSea} from 'node:sea';
import type {FontFiles} from './typeface.ts';

/** DejaVu: Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic and more; its licence lets anybody embed it. */
export const fontFolder = path.join(import.meta.dirname, '../../node_modules/dejavu-fonts-ttf/ttf');

export const fontNames = {
	regular: 'DejaVuSansCondensed.ttf',
	bold: 'DejaVuSansCondensed-Bold.ttf',
} as const;

/** The fonts that come with the program: inside the executable, or in the folder of a checkout. */
export const readFonts = async (): Promise<Pick<FontFiles, 'regular' | 'bold'>> => ({
	regular: await readFont(fontNames.regular),
	bold: await readFont(fontNames.bold),
});

const readFont = async (name: string): Promise<Uint8Array> =>
	isSea() ? new Uint8Array(getRawAsset(name).slice(0)) : readFile(path.join(fontFolder, name));
