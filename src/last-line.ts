import {stripVTControlCharacters} from 'node:util';

/** What a program said last; of one that explains its usage behind an error, the error. */
export const lastLine = (text: string): string => {
	const lines = text.trim().split(/[\r\n]+/);
	const usage = lines.findIndex(line => /^usage: /i.test(stripVTControlCharacters(line)));
	return lines.at(usage > 0 ? usage - 1 : -1) ?? '';
};
