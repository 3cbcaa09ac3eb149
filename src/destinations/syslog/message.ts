import type {Parcel, ParcelFile} from '../destination.ts';

/** Facility 13 (log audit), severity 6 (informational): RFC 5424, section 6.2.1. */
const priority = 13 * 8 + 6;

/**
RFC 5424, section 6.1: what every receiver SHOULD take is 2,048 octets. The head stays below 400, so this much text fits.
*/
const textBytes = 1600;

/** RFC 5424, section 6.4: text that is UTF-8 begins with this. Pure ASCII needs it for nobody, and confuses many receivers. */
const byteOrderMark = '\uFEFF';

/**
One message (RFC 5424) for each line of the parcel's files, for JSON files one for the whole file. What is too long for one message is cut into parts that are numbered in the structured data, so that nothing is lost on a receiver with small messages:

```
<110>1 2026-11-21T08:15:00.000Z router1 zeroize 20261121T081500Z-1f2e3d4c journal
  [zeroize@32473 runId="20261121T081500Z-1f2e3d4c" file="journal.jsonl" line="3" part="1" parts="2"] {…
```
*/
export const syslogMessages = (parcel: Parcel, at: Date): readonly string[] =>
	parcel.files.flatMap(file =>
		linesOf(file).flatMap((line, index) => {
			const parts = cut(line);
			return parts.map((text, part) => {
				const id = [`file="${escapeValue(file.name)}"`, `line="${index + 1}"`];
				const ofParts = parts.length === 1 ? [] : [`part="${part + 1}"`, `parts="${parts.length}"`];
				return `${head(parcel, file, [...id, ...ofParts], at)} ${withMark(text)}`;
			});
		}),
	);

const linesOf = ({mediaType, text}: ParcelFile): readonly string[] =>
	mediaType === 'application/json'
		? [JSON.stringify(JSON.parse(text))]
		: text.split('\n').filter(line => line !== '');

// 32473 is the number that is reserved for who has none of his own: RFC 5612.
const head = ({runId, hostname}: Parcel, {name}: ParcelFile, values: readonly string[], at: Date): string =>
	[
		`<${priority}>1`,
		at.toISOString(),
		printable(hostname, 255),
		'zeroize',
		printable(runId, 128),
		printable(name.replace(/\..*$/, ''), 32),
		`[zeroize@32473 runId="${escapeValue(runId)}" ${values.join(' ')}]`,
	].join(' ');

/** PRINTUSASCII, or the NILVALUE. */
const printable = (text: string, most: number): string =>
	text.replaceAll(/[^!-~]/g, '_').slice(0, most) || '-';

const escapeValue = (text: string): string => text.replaceAll(/["\\\]]/g, String.raw`\$&`);

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const withMark = (text: string): string => (/^[\x00-\x7F]*$/.test(text) ? text : `${byteOrderMark}${text}`);

/** In pieces of at most `textBytes`, never within a character. */
const cut = (line: string): readonly string[] => {
	const parts: string[] = [];
	let bytes = Buffer.from(line);
	while (bytes.length > textBytes) {
		let end = textBytes;
		while (isContinuation(bytes[end])) {
			end -= 1;
		}

		parts.push(bytes.subarray(0, end).toString());
		bytes = bytes.subarray(end);
	}

	return [...parts, bytes.toString()];
};

const isContinuation = (byte = 0): boolean => (byte & 0b1100_0000) === 0b1000_0000;
