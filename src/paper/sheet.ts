import {Buffer} from 'node:buffer';
import PDFDocument from 'pdfkit';
import type {QrModules} from '../certificate/qr-code.ts';
import {type PaperName, paperSizes} from './paper-sizes.ts';
import {createTypeface, type FontFiles, type Line, type Typeface} from './typeface.ts';

export interface SheetOptions {
	readonly paper: PaperName;
	readonly title: string;
	/** What the file says of its making: that of the newest certificate in it, so that the same certificates make the same file. */
	readonly date: Date;
	readonly fonts: FontFiles;
}

export interface Rectangle {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** Grey from 0, black, to 1, white. */
export interface Look {
	readonly fill?: number;
	readonly stroke?: number;
	readonly lineWidth?: number;
	readonly dash?: number;
}

/** Pages to draw on, in points from the upper left corner. */
export interface Sheet {
	readonly width: number;
	readonly height: number;
	readonly typeface: Typeface;
	addPage(): void;
	/** `y` is the base line. */
	text(line: Line, x: number, y: number, look: {size: number; grey?: number}): void;
	rectangle(where: Rectangle, look: Look): void;
	line(from: readonly [number, number], to: readonly [number, number], look: Look): void;
	/** A square with its quiet zone, on white. */
	qrCode(code: QrModules, x: number, y: number, moduleSize: number): void;
	/** One word in big grey letters across the page. */
	watermark(word: string): void;
	/** A file within the file. */
	attach(name: string, text: string): void;
	finish(): Promise<Uint8Array>;
}

/** The one place that knows the PDF library. */
export const createSheet = ({paper, title, date, fonts}: SheetOptions): Sheet => {
	const [width, height] = paperSizes[paper];
	const document = new PDFDocument({
		autoFirstPage: false,
		size: [width, height],
		margin: 0,
		// Its own default is read from a file beside the library.
		font: Buffer.from(fonts.regular) as unknown as string,
		pdfVersion: '1.7',
		lang: 'en',
		displayTitle: true,
		info: {Title: title, Creator: 'zeroize', Producer: 'zeroize', CreationDate: date},
	});
	for (const [name, bytes] of Object.entries(fonts)) {
		if (bytes) {
			document.registerFont(name, Buffer.from(bytes));
		}
	}

	const chunks: Buffer[] = [];
	document.on('data', (chunk: Buffer) => chunks.push(chunk));
	const ended = new Promise<void>((resolve, reject) => {
		document.on('end', resolve).on('error', reject);
	});
	return {
		...drawingOn(document, width, height),
		width,
		height,
		typeface: createTypeface(fonts),
		addPage: () => void document.addPage(),
		attach: (name, text) =>
			void document.file(Buffer.from(text), {
				name,
				type: 'application/json',
				creationDate: date,
				modifiedDate: date,
			}),
		finish: async () => {
			document.end();
			await ended;
			return Buffer.concat(chunks);
		},
	};
};

type Document = InstanceType<typeof PDFDocument>;

const drawingOn = (
	document: Document,
	width: number,
	height: number,
): Pick<Sheet, 'text' | 'rectangle' | 'line' | 'qrCode' | 'watermark'> => ({
	text: ({pieces}, x, y, {size, grey = 0}) => {
		document.fontSize(size).fillColor(colour(grey));
		for (const {font, text, x: offset} of pieces) {
			document.font(font).text(text, x + offset, y, {lineBreak: false, baseline: 'alphabetic'});
		}
	},
	rectangle: ({x, y, width: w, height: h}, look) => paint(document.rect(x, y, w, h), look),
	line: ([x1, y1], [x2, y2], look) => paint(document.moveTo(x1, y1).lineTo(x2, y2), look),
	qrCode: ({size, quietZone, isDark}, x, y, moduleSize) => {
		const side = (size + 2 * quietZone) * moduleSize;
		document.rect(x, y, side, side).fill(colour(1));
		for (let row = 0; row < size; row += 1) {
			for (let start = 0; start < size; start += 1) {
				let end = start;
				while (end < size && isDark(end, row)) {
					end += 1;
				}

				if (end > start) {
					const left = x + (start + quietZone) * moduleSize;
					const top = y + (row + quietZone) * moduleSize;
					document.rect(left, top, (end - start) * moduleSize, moduleSize);
					start = end;
				}
			}
		}

		document.fill(colour(0));
	},
	watermark: word => {
		const diagonal = Math.hypot(width, height);
		document.font('bold').fontSize(100);
		const size = (70 * diagonal) / document.widthOfString(word);
		const angle = (-Math.atan2(height, width) * 180) / Math.PI;
		document.save().rotate(angle, {origin: [width / 2, height / 2]});
		document.fontSize(size).fillColor(colour(0.87));
		const x = (width - document.widthOfString(word)) / 2;
		document.text(word, x, height / 2 + size * 0.36, {lineBreak: false, baseline: 'alphabetic'}).restore();
	},
});

const colour = (grey: number): string => {
	const level = Math.round(grey * 255)
		.toString(16)
		.padStart(2, '0');
	return `#${level.repeat(3)}`;
};

const paint = (document: Document, {fill, stroke, lineWidth = 0.5, dash}: Look): void => {
	document.lineWidth(lineWidth);
	if (dash === undefined) {
		document.undash();
	} else {
		document.dash(dash, {space: dash});
	}

	if (fill !== undefined && stroke !== undefined) {
		document.fillAndStroke(colour(fill), colour(stroke));
	} else if (fill !== undefined) {
		document.fill(colour(fill));
	} else {
		document.stroke(colour(stroke ?? 0));
	}
};
