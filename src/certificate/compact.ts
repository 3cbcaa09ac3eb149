import {createHash} from 'node:crypto';
import {deflateRawSync, inflateRawSync} from 'node:zlib';
import {SanitizeError} from '../errors.ts';
import {decodeBase45, encodeBase45} from './base45.ts';
import {dictionaryVersion1} from './dictionary.ts';

// Base45 may end with a space, which whatever carries the text may drop.
const end = '.';

const checkBytes = 8;

const maxTextBytes = 1024 * 1024;

// 99 parts, each as large as the largest QR code.
const maxCharacters = 99 * 4296;

const dictionary = Buffer.from(dictionaryVersion1);

/**
A certificate's text as short as a QR code wants it: `ZEROIZE:1:`, base45, a full stop. Behind the base45: 8 bytes of a SHA-256, over the text and then the compressed text; the compressed text, raw deflate with {@link dictionaryVersion1}.

What does not fit `maxCharacters` is cut in parts of about one length, `ZEROIZE:1-2OF3-9AF0:…` the second of three; the four digits are the same in each.
*/
export const encodeCompact = (text: string, maxCharacters: number): readonly string[] => {
	const deflated = deflateRawSync(text, {dictionary, level: 9, memLevel: 9});
	const check = checkOf(Buffer.from(text), deflated);
	const body = encodeBase45(Buffer.concat([check, deflated]));
	const whole = `ZEROIZE:1:${body}${end}`;
	if (whole.length <= maxCharacters) {
		return [whole];
	}

	const id = check.toString('hex', 0, 2).toUpperCase();
	const room = maxCharacters - `ZEROIZE:1-99OF99-${id}:${end}`.length;
	const count = Math.ceil(body.length / room);
	const length = Math.ceil(body.length / count);
	return Array.from({length: count}, (_, index) => {
		const part = body.slice(index * length, (index + 1) * length);
		return `ZEROIZE:1-${index + 1}OF${count}-${id}:${part}${end}`;
	});
};

// Over both: the text is what counts, and the last byte of a deflate has bits that change no text.
const checkOf = (text: Uint8Array, deflated: Uint8Array): Buffer =>
	createHash('sha256').update(text).update(deflated).digest().subarray(0, checkBytes);

/** One text of {@link encodeCompact}, as found in other text. */
export interface CompactPart {
	readonly version: string;
	/** From 1. */
	readonly number: number;
	readonly count: number;
	/** Parts of one certificate have one; empty where there is only one part. */
	readonly id: string;
	readonly body: string;
	readonly isComplete: boolean;
}

const pattern = /ZEROIZE:(\d{1,3})(?:-(\d{1,2})OF(\d{1,2})-([0-9A-F]{4}))?:([0-9A-Z $%*+\-./:]*)/g;

/** What {@link encodeCompact} gave and somebody put into a line. */
export const findCompactParts = (line: string): readonly CompactPart[] =>
	[...line.matchAll(pattern)].map(([, version = '', number = '1', count = '1', id = '', rest = '']) => {
		const body = rest.trimEnd();
		const isComplete = body.endsWith(end);
		return {
			version,
			number: Number(number),
			count: Number(count),
			id,
			body: isComplete ? body.slice(0, -end.length) : body,
			isComplete,
		};
	});

/**
The certificate's text from its parts, in any order.
@throws SanitizeError CERTIFICATE_INVALID.
*/
export const decodeCompact = (parts: readonly CompactPart[]): string => {
	if (parts.some(({version}) => version !== '1')) {
		throw invalid('it is of a version that this program does not know', 'use a newer zeroize');
	}

	const body = joinParts(parts);
	if (body.length > maxCharacters) {
		throw invalid(`it has more than ${maxCharacters} characters`);
	}

	const bytes = decodeBase45(body);
	const deflated = bytes?.subarray(checkBytes);
	const text = deflated && inflate(deflated);
	if (!bytes || !deflated || !text || !checkOf(text, deflated).equals(bytes.subarray(0, checkBytes))) {
		throw invalid('a character of it is wrong, missing or too much');
	}

	return text.toString();
};

const joinParts = (parts: readonly CompactPart[]): string => {
	const count = parts[0]?.count ?? 1;
	const bodies = Array.from({length: count}, (_, index) => {
		const copies = parts.filter(({number}) => number === index + 1);
		const whole = copies.find(({isComplete}) => isComplete);
		if (!whole) {
			const what = count === 1 ? '' : `part ${index + 1} of ${count}: `;
			throw invalid(`${what}${copies.length === 0 ? 'it is missing' : 'its end is missing'}`);
		}

		return whole.body;
	});
	return bodies.join('');
};

const inflate = (deflated: Uint8Array): Buffer | undefined => {
	try {
		return inflateRawSync(deflated, {dictionary, maxOutputLength: maxTextBytes});
	} catch {
		return undefined;
	}
};

const invalid = (why: string, hint = 'read the code again'): SanitizeError =>
	new SanitizeError('CERTIFICATE_INVALID', why, {hint});
