import {SanitizeError} from '../errors.ts';
import {armorBegin, armorEnd, disarm} from './armor.ts';
import {decodeCompact, findCompactParts} from './compact.ts';

/** A certificate that stands in a capture, or what is left of it. */
export interface Finding {
	readonly kind: 'armored block' | 'QR code text';
	/** Line of the capture that it begins in, from 1. */
	readonly line: number;
	/** The certificate's exact text, or why it cannot be read. */
	readonly result: string | SanitizeError;
}

// Control sequences of ECMA-48, and commands of a terminal up to their end. Each is looked at once: what Node strips them with takes minutes for a capture that has many without an end.
const escapes =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them
	/(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B\]|\u009D)[^\u0007\u001B\u009C\u009D\r\n]{0,4096}(?:\u0007|\u001B\\|\u009C)|\u001B[ -/]*[0-~]/g;

/**
All certificates in what a recorder took from a console, or a scanner from a QR code, in their order.
@throws SanitizeError CERTIFICATE_INVALID when there are more than anybody has.
*/
export const findCertificates = (capture: string): readonly Finding[] => {
	const lines = capture.replaceAll(escapes, '').split(/\r+\n?|\n/);
	return [...findBlocks(lines), ...findCompact(lines)].toSorted((a, b) => a.line - b.line);
};

const findBlocks = (lines: readonly string[]): readonly Finding[] => {
	const starts = lines.flatMap((line, index) => (line.includes(armorBegin) ? [index + 1] : []));
	requireFew(starts.length);
	return starts.map(line => {
		const block = linesOfBlock(lines, line).map(contentOf);
		return {kind: 'armored block', line, result: attempt(() => disarm(block))};
	});
};

// Of a capture of years; each may take a moment.
const mostFindings = 1000;

const requireFew = (count: number): void => {
	if (count > mostFindings) {
		throw new SanitizeError('CERTIFICATE_INVALID', `the capture has ${count} beginnings of certificates`, {
			hint: `cut it into pieces with at most ${mostFindings}`,
		});
	}
};

/** From this line on to the end of the block, or to where another one begins. */
const linesOfBlock = (lines: readonly string[], start: number): readonly string[] => {
	let end = start;
	while (end < lines.length && !endsBlock.test(lines[end] ?? '')) {
		end += 1;
	}

	return lines.slice(start, end);
};

const endsBlock = new RegExp(`${armorBegin}|${armorEnd}`);

const findCompact = (lines: readonly string[]): readonly Finding[] => {
	const found = lines.flatMap((line, index) => findCompactParts(line).map(part => ({part, line: index + 1})));
	// A code that holds a certificate alone is a group alone.
	const groups = Map.groupBy(found, ({part, line}) => (part.id === '' ? `line ${line}` : part.id));
	requireFew(groups.size);
	return [...groups.values()].map(group => ({
		kind: 'QR code text',
		line: group[0]?.line ?? 0,
		result: attempt(() => decodeCompact(group.map(({part}) => part))),
	}));
};

// The time of the plain view, of the log, of the kernel or of a recorder; in brackets or not.
const stamps =
	/^(?:\s*(?:\[[^\]]{1,40}\]|\d{4}-\d\d-\d\dT[\d:.,]+(?:Z|[+-]\d\d:?\d\d)?|\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d(?:[.,]\d+)?)(?=\s))+/;

const contentOf = (line: string): string =>
	line
		.replaceAll(/[^ -~]/g, '')
		.replace(stamps, '')
		.trim();

const attempt = (decode: () => string): string | SanitizeError => {
	try {
		return decode();
	} catch (error) {
		if (error instanceof SanitizeError) {
			return error;
		}

		throw error;
	}
};
