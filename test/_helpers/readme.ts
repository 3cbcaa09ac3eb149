import {readFileSync} from 'node:fs';
import path from 'node:path';

export const readme = readFileSync(path.join(import.meta.dirname, '../../README.md'), 'utf8');

/** The code blocks of a language; `''` for those without one. */
export const codeBlocks = (language: string): readonly string[] =>
	readme
		.matchAll(/^```(\w*)\n(.*?)^```$/gms)
		.flatMap(([, given, code = '']) => (given === language ? [code] : []))
		.toArray();
