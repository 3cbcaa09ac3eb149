import {createHash} from 'node:crypto';
import {crc32, gunzipSync, gzipSync} from 'node:zlib';
import {SanitizeError} from '../errors.ts';

export const armorBegin = '-----BEGIN ZEROIZE CERTIFICATE-----';

export const armorEnd = '-----END ZEROIZE CERTIFICATE-----';

const lineLength = 64;

const maxTextBytes = 1024 * 1024;

// Of base64 that looks like a last line; more is tried on no block.
const mostTails = 16;

// Of the longest text as base64, had it not been compressed, and of what stands between.
const mostLines = 65_536;

/**
A certificate's text in lines of at most 64 ASCII characters, for a console that somebody records:

```
-----BEGIN ZEROIZE CERTIFICATE-----
base64 of the gzip of the text's UTF-8, so that sed, base64 and gunzip can read it too
sha256:
of the text, in hexadecimal: the one that the journal has
crc32:of the gzip, in hexadecimal
-----END ZEROIZE CERTIFICATE-----
```
*/
export const armor = (text: string): readonly string[] => {
	const packed = gzipSync(text, {level: 9, memLevel: 9});
	return [
		armorBegin,
		...(packed.toString('base64').match(/.{1,64}/g) ?? []),
		'sha256:',
		hashOf(text),
		`crc32:${crcOf(packed)}`,
		armorEnd,
	];
};

const hashOf = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

const crcOf = (packed: Uint8Array): string => crc32(packed).toString(16).padStart(8, '0');

/**
The certificate's text. Takes the lines between the first and the last one, rid of what a terminal or recorder put before them. Lines of something else may stand between them, lines may be broken in two or stand there twice.
@throws SanitizeError CERTIFICATE_INVALID saying what is missing or wrong.
*/
export const disarm = (lines: readonly string[]): string => {
	if (lines.length > mostLines) {
		throw invalid(`it has more than ${mostLines} lines`);
	}

	const divider = lines.indexOf('sha256:');
	const checks = divider === -1 ? [] : lines.slice(divider + 1);
	const sha256 = findHash(checks);
	const crc = checks.find(line => /^crc32:[0-9a-f]{8}$/.test(line))?.slice('crc32:'.length);
	if (sha256 === undefined || crc === undefined) {
		throw invalid('a checksum is missing or damaged');
	}

	const packed = possiblePayloads(lines.slice(0, divider))
		.map(payload => decodeBase64(payload))
		.find(bytes => bytes !== undefined && crcOf(bytes) === crc);
	const text = packed && unpack(packed);
	if (text === undefined) {
		throw invalid('its lines do not fit their checksum: some are missing or damaged');
	}

	if (hashOf(text) !== sha256) {
		throw invalid('its text does not fit its SHA-256');
	}

	return text.toString();
};

const findHash = (lines: readonly string[]): string | undefined => {
	const hexadecimal = lines.filter(line => /^[0-9a-f]+$/.test(line));
	const joined = hexadecimal.join('');
	return hexadecimal.find(line => line.length === lineLength) ?? (joined.length === 64 ? joined : undefined);
};

// All that looks like base64; or, when something else does too, the lines of full length and one more.
const possiblePayloads = (lines: readonly string[]): readonly string[] => {
	const likely = lines.filter(line => /^[A-Za-z0-9+/]+={0,2}$/.test(line));
	const isFull = (line: string) => line.length === lineLength;
	const full = likely.filter((line, index) => isFull(line) && line !== likely[index - 1]).join('');
	const tails = likely.slice(likely.findLastIndex(isFull) + 1).slice(0, mostTails);
	return [likely.join(''), full, ...tails.map(tail => `${full}${tail}`)];
};

// Node overlooks what is not base64, and bits that belong to no byte.
const decodeBase64 = (text: string): Uint8Array | undefined => {
	const bytes = Buffer.from(text, 'base64');
	return bytes.toString('base64') === text ? bytes : undefined;
};

const unpack = (packed: Uint8Array): Buffer | undefined => {
	try {
		return gunzipSync(packed, {maxOutputLength: maxTextBytes});
	} catch {
		return undefined;
	}
};

const invalid = (why: string): SanitizeError =>
	new SanitizeError('CERTIFICATE_INVALID', why, {
		hint: 'give a capture that holds the whole block, from its BEGIN to its END line',
	});
