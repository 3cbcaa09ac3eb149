/** Rows of block characters, which stay as they are: no time before them, no wrapping, no ASCII. */
export interface Picture {
	readonly rows: readonly string[];
	readonly columns: number;
	/** Where there is no room for it. */
	readonly instead: string;
}

/** What a run is told in. */
export type Told = string | Picture;

/** Rows as they are, where `columns` are enough for them; the text lines through `layOut`. */
export const layOutAll = (
	told: readonly Told[],
	columns: number,
	layOut: (line: string) => readonly string[],
): readonly string[] =>
	told.flatMap(part => {
		if (typeof part === 'string') {
			return layOut(part);
		}

		return part.columns <= columns ? part.rows : layOut(part.instead);
	});

/** A name and a serial number come from the device: nothing of them may move a cursor or upset a terminal. */
export const toAscii = (text: string): string =>
	text
		.replaceAll(/[–—]/g, '-')
		.replaceAll(/[‘’]/g, "'")
		.replaceAll(/[“”]/g, '"')
		.replaceAll('…', '...')
		.replaceAll(/[\t\n\r]+/g, ' ')
		.replaceAll(/[^ -~]/g, '?');

const deepestIndent = 8;

/**
Breaks a line at its spaces to fit `columns`. What follows is indented two columns more than the line was; a word that is longer than a line is cut.
*/
export const wrap = (line: string, columns: number): readonly string[] => {
	const text = toAscii(line).trimEnd();
	const indent = ' '.repeat(Math.min(deepestIndent, text.length - text.trimStart().length));
	const lines: string[] = [];
	let rest = text;
	while (rest.length > columns) {
		const space = rest.lastIndexOf(' ', columns);
		const isInIndent = rest.slice(0, space + 1).trim() === '';
		const at = isInIndent ? columns : space;
		lines.push(rest.slice(0, at).trimEnd());
		rest = `${indent}  ${rest.slice(at).trimStart()}`;
	}

	return [...lines, rest];
};

export const wrapAll = (lines: readonly string[], columns: number): readonly string[] =>
	lines.flatMap(line => wrap(line, columns));

const longestName = 30;

/** A device's path in a line with more to say: of a long one the end, which tells more than the start. */
export const shortName = (path: string): string =>
	path.length <= longestName ? path : `...${path.slice(3 - longestName)}`;
