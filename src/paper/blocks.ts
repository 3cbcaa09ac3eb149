import type {Look, Sheet} from './sheet.ts';
import type {Typeface, Weight} from './typeface.ts';

/** A part of a page whose width and height are known before it is drawn. Points. */
export interface Block {
	readonly height: number;
	/** `x` and `y` are its upper left corner. */
	draw(sheet: Sheet, x: number, y: number): void;
}

/** What all blocks of a page share. */
export interface Pen {
	readonly typeface: Typeface;
	/** How much larger or smaller than wanted everything is. */
	readonly scale: number;
	/** Points that each line to write on is higher than a printed one. */
	readonly air: number;
	/** Lines that one text may take; what is longer says that it is cut. */
	readonly mostLines: number;
}

export interface TextStyle {
	readonly width: number;
	readonly size: number;
	readonly weight?: Weight;
	readonly grey?: number;
	readonly align?: 'left' | 'right';
	/** Distance of base lines, in sizes. */
	readonly leading?: number;
}

/** Between the columns of a page. */
export const columnGap = 18;

const ascent = 0.93;

// No page has room for more, and to find that out takes long.
const mostCharacters = 3000;

const cutMark = '… (cut here: the file has all of it)';

export const paragraph = (pen: Pen, text: string, style: TextStyle): Block => {
	const {width, weight = 'regular', grey = 0, align = 'left', leading = 1.22} = style;
	const size = style.size * pen.scale;
	const wrap = (it: string) => pen.typeface.wrap(it, {weight, size, width});
	const all = wrap(text.slice(0, mostCharacters));
	const isCut = text.length > mostCharacters || all.length > pen.mostLines;
	const lines = isCut ? [...all.slice(0, pen.mostLines - 1), ...wrap(cutMark).slice(0, 1)] : all;
	return {
		height: lines.length * size * leading,
		draw: (sheet, x, y) => {
			for (const [index, line] of lines.entries()) {
				const left = align === 'right' ? x + width - line.width : x;
				sheet.text(line, left, y + (index * leading + ascent) * size, {size, grey});
			}
		},
	};
};

export const space = (height: number): Block => ({height, draw: () => {}});

export const stack = (blocks: readonly Block[], gap = 0): Block => ({
	height: blocks.reduce((sum, {height}) => sum + height, gap * Math.max(0, blocks.length - 1)),
	draw: (sheet, x, y) => {
		let top = y;
		for (const block of blocks) {
			block.draw(sheet, x, top);
			top += block.height + gap;
		}
	},
});

/** From left to right, their upper edges in line. */
export const beside = (
	blocks: ReadonlyArray<{readonly width: number; readonly block: Block}>,
	gap: number,
): Block => ({
	height: Math.max(0, ...blocks.map(({block}) => block.height)),
	draw: (sheet, x, y) => {
		let left = x;
		for (const {width, block} of blocks) {
			block.draw(sheet, left, y);
			left += width + gap;
		}
	},
});

export const framed = (
	block: Block,
	{width, padding, look}: {width: number; padding: number; look: Look},
): Block => {
	const height = block.height + 2 * padding;
	return {
		height,
		draw: (sheet, x, y) => {
			sheet.rectangle({x, y, width, height}, look);
			block.draw(sheet, x + padding, y + padding);
		},
	};
};

const labelSize = 7.5;
const valueSize = 8.5;
const labelGrey = 0.3;

export const heading = (pen: Pen, text: string, width: number): Block => {
	const title = paragraph(pen, text, {width, size: 9, weight: 'bold'});
	const height = title.height + 4;
	return {
		height,
		draw: (sheet, x, y) => {
			title.draw(sheet, x, y);
			sheet.line([x, y + height - 2.5], [x + width, y + height - 2.5], {lineWidth: 0.8});
		},
	};
};

export interface Field {
	readonly label: string;
	/** `null`: a line to write on. */
	readonly value: string | null;
	readonly weight?: Weight;
}

/** The label on the left, the value beside it. */
const field = (
	pen: Pen,
	{label, value, weight = 'regular'}: Field,
	{width, labelWidth}: {width: number; labelWidth: number},
): Block => {
	const gap = 5;
	const left = paragraph(pen, label, {width: labelWidth, size: labelSize, grey: labelGrey});
	const valueWidth = width - labelWidth - gap;
	const right =
		value === null
			? blank(pen, valueWidth)
			: paragraph(pen, value, {width: valueWidth, size: valueSize, weight});
	// The smaller letters stand on the same line as the larger ones.
	const drop = (valueSize - labelSize) * ascent * pen.scale + (value === null ? pen.air : 0);
	return {
		height: Math.max(left.height + drop, right.height) + 1.6 * pen.scale,
		draw: (sheet, x, y) => {
			left.draw(sheet, x, y + drop);
			right.draw(sheet, x + labelWidth + gap, y);
		},
	};
};

/** A line to write on. */
export const blank = ({scale, air}: Pen, width: number, height = air + valueSize * 1.22 * scale): Block => ({
	height,
	draw: (sheet, x, y) => sheet.line([x, y + height], [x + width, y + height], {lineWidth: 0.4}),
});

export const fields = (pen: Pen, list: readonly Field[], where: {width: number; labelWidth: number}): Block =>
	stack(list.map(it => field(pen, it, where)));

/** A box to tick, and what it means. */
export const choice = (
	pen: Pen,
	text: string,
	{width, isTicked = false}: {width: number; isTicked?: boolean},
): Block => {
	const side = 7 * pen.scale;
	const words = paragraph(pen, text, {width: width - side - 4, size: valueSize});
	return {
		height: words.height,
		draw: (sheet, x, y) => {
			const top = y + 1.4 * pen.scale;
			sheet.rectangle({x, y: top, width: side, height: side}, {stroke: 0, lineWidth: 0.6});
			if (isTicked) {
				sheet.line([x, top], [x + side, top + side], {lineWidth: 1.2});
				sheet.line([x, top + side], [x + side, top], {lineWidth: 1.2});
			}

			words.draw(sheet, x + side + 4, y);
		},
	};
};
