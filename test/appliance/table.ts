/** A row of figures, as the README prints them. */
export interface Row {
	readonly title: string;
	readonly byHand: string;
	readonly ours: string;
	readonly byHandSeconds: string;
	readonly ourSeconds: string;
}

const head: Row = {
	title: 'system disk',
	byHand: 'blocks left by hand',
	ours: 'blocks left by zeroize',
	byHandSeconds: 'seconds by hand',
	ourSeconds: 'seconds of zeroize',
};

const keys = ['title', 'byHand', 'ours', 'byHandSeconds', 'ourSeconds'] as const;

/** A table in Markdown, its columns lined up. */
export const formatTable = (rows: readonly Row[]): string => {
	const all = [head, ...rows];
	const widths = keys.map(key => Math.max(...all.map(row => row[key].length)));
	const line = (cells: readonly string[]): string =>
		`| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
	const [first = '', ...others] = all.map(row => line(keys.map(key => row[key])));
	return [first, line(widths.map(width => '-'.repeat(width))), ...others].join('\n');
};
