import {stripVTControlCharacters} from 'node:util';

const escapeCharacter = '\u001B';
const longestEscape = 16;

/** What a person reads of a terminal's output: no escapes, and a line wherever the cursor went back to the first column. */
export const plainText = (raw: string): string =>
	stripVTControlCharacters(raw.slice(0, settledLength(raw)).replaceAll('\0', ''))
		.replace(/\r*\n/g, '\n')
		.replace(/\r+/g, '\n');

/** Without an escape or a line end that the next bytes may complete: so that text once given never changes. */
const settledLength = (raw: string): number => {
	const startsAt = raw.lastIndexOf(escapeCharacter);
	const tail = startsAt === -1 ? '' : raw.slice(startsAt + 1);
	const isOpen =
		startsAt !== -1 && tail.length < longestEscape && /^(?:\[[0-9;?]*[ -/]*|[()]|\][^\\]*)?$/.test(tail);
	return isOpen ? startsAt : raw.replace(/\r+$/, '').length;
};

/** The last lines, as they go into a message. */
export const lastLines = (text: string, count: number): string =>
	text.trimEnd().split('\n').slice(-count).join('\n');
