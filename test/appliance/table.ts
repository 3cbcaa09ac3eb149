/** A row of figures, as the README prints them. */
export interface Row {
	readonly title: string;
	readonly byHand: string;
	readonly ours: string;
	readonly byHandSeconds: string;
	readonly ourSeconds: string;
}

export const systemHead: Row = {
	title: 'system disk',
	byHand: 'blocks left by hand',
	ours: 'blocks left by zeroize',
	byHandSeconds: 'seconds by hand',
	ourSeconds: 'seconds of zeroize',
};

/** A row of a run that erased a disk besides the system's. */
export type SecondRow = Readonly<Record<'title' | 'left' | 'seconds' | 'note', string>>;

export const secondHead: SecondRow = {
	title: 'second disk',
	left: 'not zero',
	seconds: 'seconds',
	note: 'what happened',
};

/** A table in Markdown, its columns lined up; they are those of its head. */
export const formatTable = <Cells extends object>(head: Cells, rows: readonly Cells[]): string => {
	const all = [head, ...rows].map(cells => Object.values(cells).map(String));
	const widths = Object.keys(head).map((_key, column) =>
		Math.max(...all.map(cells => cells[column]?.length ?? 0)),
	);
	const line = (cells: readonly string[]): string =>
		`| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
	const [first = '', ...others] = all.map(line);
	return [first, line(widths.map(width => '-'.repeat(width))), ...others].join('\n');
};
