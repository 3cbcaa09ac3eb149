import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Cleanup} from './cleanup.ts';
import {runFile} from './cli.ts';
import {scan} from './console-picture.ts';
import {temporaryDirectory} from './fake-tools.ts';

/** A word on a page and the box around it, in points from the upper left corner. */
export interface Word {
	readonly page: number;
	readonly text: string;
	readonly left: number;
	readonly top: number;
	readonly right: number;
	readonly bottom: number;
}

export interface Pdf {
	readonly pages: number;
	/** Points. */
	readonly size: readonly [width: number, height: number];
	/** As laid out, and with single spaces. */
	readonly text: string;
	readonly words: readonly Word[];
	/** What zbarimg reads off a page at 100 dpi, line by line. */
	codes(page?: number): Promise<readonly string[]>;
	/** Pixels of the first page at 100 dpi, one byte each: 0 black to 255 white. */
	pixels(): Promise<{readonly width: number; readonly height: number; readonly grey: Uint8Array}>;
	attachment(name: string): Promise<string>;
}

/** A PDF file as poppler reads it. */
export const readPdf = async (t: Cleanup, bytes: Uint8Array): Promise<Pdf> => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'a.pdf');
	await writeFile(file, bytes);
	const {stdout: info} = await runFile('pdfinfo', [file]);
	const {stdout: text} = await runFile('pdftotext', ['-layout', file, '-']);
	const {stdout: boxes} = await runFile('pdftotext', ['-bbox', file, '-'], {maxBuffer: 64 * 1024 ** 2});
	const [, width, height] = /Page size: +([\d.]+) x ([\d.]+)/.exec(info) ?? [];
	const picture = async (page: number): Promise<Buffer> => {
		const root = path.join(directory, `page-${page}`);
		await runFile('pdftoppm', [
			'-r',
			'100',
			'-gray',
			'-f',
			`${page}`,
			'-l',
			`${page}`,
			'-singlefile',
			file,
			root,
		]);
		return readFile(`${root}.pgm`);
	};
	return {
		pages: Number(/^Pages: +(\d+)$/m.exec(info)?.[1]),
		size: [Number(width), Number(height)],
		text: text.replaceAll(/\s+/g, ' '),
		words: wordsOf(boxes),
		codes: async (page = 1) => scan(await picture(page)),
		pixels: async () => {
			const image = await picture(1);
			const [head, w, h] = /^P5\n(\d+) (\d+)\n255\n/.exec(image.toString('latin1', 0, 40)) ?? [];
			return {width: Number(w), height: Number(h), grey: image.subarray(head?.length)};
		},
		attachment: async name => {
			await runFile('pdfdetach', ['-savefile', name, '-o', path.join(directory, 'attached'), file]);
			return readFile(path.join(directory, 'attached'), 'utf8');
		},
	};
};

const wordsOf = (xml: string): readonly Word[] =>
	xml
		.split('<page ')
		.slice(1)
		.flatMap((text, index) =>
			[...text.matchAll(/<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)<\/word>/g)].map(
				([, left, top, right, bottom, word = '']) => ({
					page: index + 1,
					text: word.replaceAll('&lt;', '<').replaceAll('&amp;', '&'),
					left: Number(left),
					top: Number(top),
					right: Number(right),
					bottom: Number(bottom),
				}),
			),
		);

// Boxes have the height of the font, not of the letters, and begin a little before them.
const tolerance = 1.5;

/** Pairs of words on one page that lie over each other. */
export const overlaps = (words: readonly Word[]): readonly string[] =>
	words.flatMap((a, index) =>
		words
			.slice(index + 1)
			.filter(
				b =>
					a.page === b.page &&
					Math.min(a.right, b.right) - Math.max(a.left, b.left) > tolerance &&
					Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > tolerance,
			)
			.map(b => `${a.text} and ${b.text}`),
	);

/** Words that reach over the edges of a rectangle. */
export const outside = (
	words: readonly Word[],
	{left, top, right, bottom}: Pick<Word, 'left' | 'top' | 'right' | 'bottom'>,
): readonly string[] =>
	words
		.filter(
			word =>
				word.left < left - tolerance ||
				word.right > right + tolerance ||
				word.top < top - tolerance ||
				word.bottom > bottom + tolerance,
		)
		.map(({text}) => text);
