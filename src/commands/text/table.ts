import type {Output} from '../../output.ts';

const width = 80;

/** JSON for programs; two columns, wrapped to 80, for people. */
export const writeList = <Row>(
	output: Output,
	rows: readonly Row[],
	isJson: boolean,
	toColumns: (row: Row) => readonly [name: string, text: string],
): void => {
	if (isJson) {
		output.write(`${JSON.stringify(rows, null, '\t')}\n`);
		return;
	}

	const columns = rows.map(row => toColumns(row));
	const nameWidth = Math.max(0, ...columns.map(([name]) => name.length)) + 2;
	for (const [name, text] of columns) {
		const [first = '', ...rest] = wrap(text, width - nameWidth);
		output.write(`${name.padEnd(nameWidth)}${first}\n`);
		output.write(rest.map(line => `${' '.repeat(nameWidth)}${line}\n`).join(''));
	}
};

/** Lines of at most `columns` characters, broken at spaces; a longer word stands alone. */
export const wrap = (text: string, columns: number): readonly string[] => {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		if (line !== '' && line.length + 1 + word.length > columns) {
			lines.push(line);
			line = word;
		} else {
			line = line === '' ? word : `${line} ${word}`;
		}
	}

	return [...lines, line];
};
