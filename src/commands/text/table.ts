import type {Output} from '../../output.ts';
import {wrapWords} from '../../views/text/wrap-words.ts';

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
		const [first = '', ...rest] = wrapWords(text, width - nameWidth);
		output.write(`${name.padEnd(nameWidth)}${first}\n`);
		output.write(rest.map(line => `${' '.repeat(nameWidth)}${line}\n`).join(''));
	}
};
