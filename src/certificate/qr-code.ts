import {correction, generate, mode} from 'lean-qr';
import {SanitizeError} from '../errors.ts';

/** Version 13: 69 modules and their quiet zone are 77 of the 80 columns of a console; version 14 has no room for its quiet zone. */
const maxVersion = 13;

/** Characters of the alphanumeric mode that version 13 takes with the least error correction. */
export const maxQrCharacters = 619;

// ISO/IEC 18004: four modules on each side.
const quietZone = 4;

export interface QrCode {
	/** Lines of half blocks and spaces, two modules a character: one above the other. */
	readonly rows: readonly string[];
	readonly columns: number;
	readonly version: number;
}

/**
Draws a QR code for a terminal that writes light on dark, as consoles do: what is light in the code is painted, quiet zone included, so the picture is dark on light and every scanner reads it. On a dark-on-light terminal it is inverted, which most phones read too.
@param text - Characters of the alphanumeric mode: digits, capital letters, space and `$%*+-./:`.
@throws SanitizeError INTERNAL when it has more than {@link maxQrCharacters}.
*/
export const drawQrCode = (text: string): QrCode => {
	if (text.length > maxQrCharacters) {
		throw new SanitizeError('INTERNAL', `${text.length} characters do not fit a QR code`);
	}

	const {size, isDark} = qrModules(text, maxVersion);
	const columns = size + 2 * quietZone;
	// Outside of the code all is light.
	const isLight = (x: number, y: number) => !isDark(x - quietZone, y - quietZone);
	const rows = Array.from({length: Math.ceil(columns / 2)}, (_, row) =>
		Array.from({length: columns}, (_, x) => half(isLight(x, 2 * row), isLight(x, 2 * row + 1))).join(''),
	);
	return {rows, columns, version: (size - 17) / 4};
};

/** A QR code without its quiet zone. */
export interface QrModules {
	/** Modules a side. */
	readonly size: number;
	/** Light modules that must stand on each side. */
	readonly quietZone: number;
	/** Column and row from 0; false outside of the code. */
	isDark(x: number, y: number): boolean;
}

/**
@param text - Characters of the alphanumeric mode.
@throws Error when it does not fit the version.
*/
export const qrModules = (text: string, maxVersion: number): QrModules => {
	const code = generate(mode.alphaNumeric(text), {minCorrectionLevel: correction.L, maxVersion});
	return {size: code.size, quietZone, isDark: (x, y) => code.get(x, y)};
};

const half = (top: boolean, bottom: boolean): string => (top ? (bottom ? '█' : '▀') : bottom ? '▄' : ' ');
