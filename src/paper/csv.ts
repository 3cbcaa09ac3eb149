import type {SummaryRow} from './summary.ts';

// What a spreadsheet takes for the beginning of a formula, in the forms of East Asian keyboards too.
const formula = /^\s*[=+\-@＝＋－＠|%]/u;

const byteOrderMark = '\uFEFF';

/**
RFC 4180: a line of names, a line for each row, CR LF. What a spreadsheet could take for a formula gets an apostrophe in front; control characters, line ends among them, become spaces. Begins with a byte order mark where there is more than ASCII in it: spreadsheets guess wrong otherwise.
*/
export const csvOf = (rows: readonly SummaryRow[]): string => {
	const names = Object.keys(rows[0] ?? {});
	const lines = [names, ...rows.map(row => names.map(name => row[name] ?? null))];
	const text = lines.map(cells => `${cells.map(cell => cellOf(cell)).join(',')}\r\n`).join('');
	return /[^\0-\u007F]/.test(text) ? `${byteOrderMark}${text}` : text;
};

const cellOf = (value: SummaryRow[string]): string => {
	const text = String(value ?? '').replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
	const safe = typeof value === 'string' && formula.test(text) ? `'${text}` : text;
	return /[",]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
