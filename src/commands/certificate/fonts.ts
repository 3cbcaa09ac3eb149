import {Option} from 'commander';
import {SanitizeError} from '../../errors.ts';
import {readOwnFile} from '../../files/read-file.ts';
import {readFonts} from '../../paper/fonts.ts';
import type {FontFiles} from '../../paper/typeface.ts';

export const fontOption = (): Option =>
	new Option('--font <file>', 'for characters that the built-in font does not have (.ttf, .otf)');

// The largest with all of Chinese, Japanese and Korean have some 20 MB.
const mostFontBytes = 64 * 1024 * 1024;

/**
What is drawn with: the built-in fonts, and the one that was asked for.
@throws SanitizeError USAGE.
*/
export const fontsWith = async (file: string | undefined): Promise<FontFiles> => ({
	...(await readFonts()),
	other: await readOther(file),
});

const readOther = async (file: string | undefined): Promise<Uint8Array | undefined> =>
	file === undefined
		? undefined
		: readOwnFile(file, {
				maxBytes: mostFontBytes,
				refuse: (message, cause) =>
					new SanitizeError('USAGE', message, {hint: 'give one TrueType or OpenType font', cause}),
			});
