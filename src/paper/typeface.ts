import {create, type Font} from 'fontkit';
import {SanitizeError} from '../errors.ts';

export type Weight = 'regular' | 'bold';

/** Bytes of TrueType or OpenType fonts. */
export interface FontFiles {
	readonly regular: Uint8Array;
	readonly bold: Uint8Array;
	/** For characters that the others do not have, in both weights. */
	readonly other?: Uint8Array | undefined;
}

export type FontName = keyof FontFiles;

/** A piece of text in one font, to be drawn `x` points from the start of its line. */
export interface Piece {
	readonly font: FontName;
	readonly text: string;
	readonly x: number;
}

/** One line in the size that it was laid out for. */
export interface Line {
	readonly pieces: readonly Piece[];
	readonly width: number;
}

export interface TypeStyle {
	readonly weight: Weight;
	readonly size: number;
}

export interface Typeface {
	/** Lines of at most `width` points, broken at spaces, or anywhere in what has none. At least one line. */
	wrap(text: string, style: TypeStyle & {width: number}): readonly Line[];
	/** How many characters so far were shown by their code point, `[U+5C71]`, because no font has them or nobody could see them. */
	readonly replaced: number;
}

// Bidirectional overrides and what has no width could make a page say something else than the certificate.
const invisible = /\p{Cc}|\p{Cf}|\p{Co}|\p{Cs}|\p{Zl}|\p{Zp}/u;

/** @throws SanitizeError USAGE when `other` is not a font. */
export const createTypeface = (files: FontFiles): Typeface => {
	const fonts = {
		regular: openFont(files.regular),
		bold: openFont(files.bold),
		...(files.other && {other: openOther(files.other)}),
	};
	let replaced = 0;

	const choose = (character: string, weight: Weight): Run => {
		const point = character.codePointAt(0) ?? 0;
		const font = ([weight, 'other'] as const).find(name => fonts[name]?.hasGlyphForCodePoint(point));
		if (font !== undefined && !invisible.test(character)) {
			return {font, text: character};
		}

		replaced += 1;
		return {font: weight, text: `[U+${point.toString(16).toUpperCase().padStart(4, '0')}]`};
	};
	const widthOf = createMeasure(fonts);
	const runsOf = (text: string, weight: Weight): readonly Run[] =>
		joinRuns([...text].map(character => choose(character, weight)));
	const lineOf = (text: string, {weight, size}: TypeStyle): Line => {
		const pieces: Piece[] = [];
		let x = 0;
		for (const part of partsOf(text)) {
			for (const run of runsOf(part, weight)) {
				pieces.push({...run, x});
				x += size * widthOf(run);
			}
		}

		return {pieces, width: x};
	};
	return {
		wrap: (text, {width, ...style}) => {
			const fits = (line: string) => lineOf(line, style).width <= width;
			return breakLines(text, fits).map(line => lineOf(line, style));
		},
		get replaced() {
			return replaced;
		},
	};
};

interface Run {
	readonly font: FontName;
	readonly text: string;
}

/** Widths in sizes, word by word as the PDF library sets them. */
const createMeasure = (fonts: Partial<Record<FontName, Font>>) => {
	const known = new Map<string, number>();
	const widthOfWord = (name: FontName, word: string): number => {
		const key = `${name} ${word}`;
		const font = fonts[name];
		const width = known.get(key) ?? (font ? font.layout(word).advanceWidth / font.unitsPerEm : 0);
		known.set(key, width);
		return width;
	};
	return ({font, text}: Run): number =>
		text.split(/(?<= )/).reduce((sum, word) => sum + widthOfWord(font, word), 0);
};

const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** In the order in which they stand from left to right: words that are read from right to left, each on its own, the first of them last. */
const partsOf = (text: string): readonly string[] => {
	if (!rightToLeft.test(text)) {
		return [text];
	}

	const words = text.split(' ');
	const parts: string[] = [];
	for (let start = 0; start < words.length; ) {
		const after = words.findIndex((word, index) => index > start && !rightToLeft.test(word));
		const end = !rightToLeft.test(words[start] ?? '') ? start + 1 : after === -1 ? words.length : after;
		parts.push(...words.slice(start, end).reverse());
		start = end;
	}

	return parts.flatMap((part, index) => (index === 0 ? [part] : [' ', part]));
};

const openFont = (bytes: Uint8Array): Font => {
	const font = create(Buffer.from(bytes));
	if (!('layout' in font)) {
		throw new Error('it is a collection of fonts');
	}

	return font;
};

const openOther = (bytes: Uint8Array): Font => {
	try {
		return openFont(bytes);
	} catch (error) {
		throw new SanitizeError('USAGE', `reading the font: ${error instanceof Error ? error.message : error}`, {
			hint: 'give one TrueType or OpenType font (.ttf, .otf), no collection',
			cause: error,
		});
	}
};

const joinRuns = (runs: readonly Run[]): readonly Run[] => {
	const joined: Run[] = [];
	for (const run of runs) {
		const last = joined.at(-1);
		if (last?.font === run.font) {
			joined[joined.length - 1] = {font: run.font, text: last.text + run.text};
		} else {
			joined.push(run);
		}
	}

	return joined;
};

const graphemes = new Intl.Segmenter('en', {granularity: 'grapheme'});

const breakLines = (text: string, fits: (line: string) => boolean): readonly string[] => {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		const longer = line === '' ? word : `${line} ${word}`;
		if (fits(longer)) {
			line = longer;
			continue;
		}

		if (line !== '') {
			lines.push(line);
		}

		const pieces = fits(word) ? [word] : breakWord(word, fits);
		lines.push(...pieces.slice(0, -1));
		line = pieces.at(-1) ?? '';
	}

	return [...lines, line];
};

/** Behind a sign that stands between parts, as in a path, where there is one in the last third; anywhere otherwise. */
const breakWord = (word: string, fits: (line: string) => boolean): readonly string[] => {
	const pieces: string[] = [];
	let rest = [...graphemes.segment(word)].map(({segment}) => segment);
	while (rest.length > 1 && !fits(rest.join(''))) {
		const most = howMany(rest, fits);
		const full = rest.slice(0, most).join('');
		const cut = full.search(/[-/_.:,;@=+][^-/_.:,;@=+]*$/) + 1;
		const taken = cut > (full.length * 2) / 3 ? [...graphemes.segment(full.slice(0, cut))].length : most;
		pieces.push(rest.slice(0, taken).join(''));
		rest = rest.slice(taken);
	}

	return [...pieces, rest.join('')];
};

/** How many of the first ones fit together: at least one. */
const howMany = (segments: readonly string[], fits: (line: string) => boolean): number => {
	let [low, high] = [1, segments.length];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (fits(segments.slice(0, middle).join(''))) {
			low = middle;
		} else {
			high = middle - 1;
		}
	}

	return low;
};
