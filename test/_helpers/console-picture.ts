import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import tmp from 'tmp';
import {$} from 'zx';

tmp.setGracefulCleanup();

const cell = {width: 8, height: 16};

export interface Terminal {
	readonly columns?: number;
	/** Black on white, as few consoles are. */
	readonly isDarkOnLight?: boolean;
}

/** A photograph of a console, as PGM: half blocks as every font has them, other characters as bars. */
export const photograph = (
	lines: readonly string[],
	{columns = 80, isDarkOnLight = false}: Terminal = {},
): Buffer => {
	const width = columns * cell.width;
	const height = lines.length * cell.height;
	const pixels = Buffer.alloc(width * height, isDarkOnLight ? 255 : 0);
	for (const [row, line] of lines.entries()) {
		for (const [column, character] of [...line].slice(0, columns).entries()) {
			for (let y = 0; y < cell.height; y += 1) {
				const start = (row * cell.height + y) * width + column * cell.width;
				const [from, to] = inkOf(character, y);
				pixels.fill(isDarkOnLight ? 0 : 255, start + from, start + to);
			}
		}
	}

	return Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), pixels]);
};

// The painted columns of a character's row of pixels.
const inkOf = (character: string, y: number): readonly [from: number, to: number] => {
	const isTop = y < cell.height / 2;
	switch (character) {
		case '█':
			return [0, cell.width];
		case '▀':
			return isTop ? [0, cell.width] : [0, 0];
		case '▄':
			return isTop ? [0, 0] : [0, cell.width];
		case ' ':
			return [0, 0];
		default:
			return (character.charCodeAt(0) + y) % 3 === 0 ? [1, cell.width - 2] : [1, 3];
	}
};

/** The texts of the QR codes in a picture, as zbarimg reads them. */
export const scan = async (picture: Buffer, {inverted = false} = {}): Promise<readonly string[]> => {
	using file = tmpFile();
	await writeFile(file.path, picture);
	const options = ['--quiet', '--raw', '-Sdisable', '-Sqr.enable', ...(inverted ? ['-Stest-inverted'] : [])];
	const {stdout} = await $({nothrow: true, quiet: true})`zbarimg ${options} ${file.path}`;
	return stdout.split('\n').filter(line => line !== '');
};

const tmpFile = () => {
	const {name, removeCallback} = tmp.dirSync({prefix: 'zeroize-picture-', unsafeCleanup: true});
	return {path: path.join(name, 'console.pgm'), [Symbol.dispose]: () => removeCallback()};
};

/** Rows that hold a QR code's drawing and nothing else. */
export const isPictureRow = (line: string): boolean => /^[ ▀▄█]+$/.test(line);
