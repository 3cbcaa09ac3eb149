import {parseCertificate} from '../../src/certificate.ts';
import {readFonts} from '../../src/paper/fonts.ts';
import {carryOut, type PaperTask} from '../../src/paper/task.ts';
import {certificateFixtures} from './certificates.ts';
import type {Cleanup} from './cleanup.ts';
import {type Pdf, readPdf} from './pdf.ts';

export interface Fields {
	[name: string]: string | number | boolean | null | readonly unknown[] | Fields;
}

/** The text of a certificate with other fields. */
export const certificateWith = (changes: Fields, base: keyof typeof certificateFixtures = 'long'): string => {
	const text = `${JSON.stringify(merge(JSON.parse(certificateFixtures[base]), changes), null, '\t')}\n`;
	parseCertificate(text, base);
	return text;
};

const merge = (fields: Fields, changes: Fields): Fields =>
	Object.fromEntries([
		...Object.entries(fields),
		...Object.entries(changes).map(([name, value]) => [
			name,
			isFields(value) && isFields(fields[name]) ? merge(fields[name], value) : value,
		]),
	]);

const isFields = (value: Fields[string] | undefined): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** A certificate in which all that is text, and no word of a list, is `text` with the number of the field before it. */
export const certificateFilledWith = (
	text: string,
): {readonly text: string; readonly values: readonly string[]} => {
	const values: string[] = [];
	const fill = (fields: Fields): Fields =>
		Object.fromEntries(
			Object.entries(fields).map(([name, value]) => {
				if (isFields(value)) {
					return [name, fill(value)];
				}

				if (typeof value !== 'string' || fixed.has(name)) {
					return [name, value];
				}

				const filled = `${values.length + 10}${text}`.slice(0, 60);
				values.push(filled);
				return [name, filled];
			}),
		);
	const filled = fill(JSON.parse(certificateFixtures.long));
	return {text: certificateWith(filled), values};
};

const fixed = new Set([
	...['method', 'technique', 'coverage', 'result', 'outcome', 'seed'],
	...['startedAt', 'finishedAt', 'journalHash', 'path', 'deviceNumber'],
]);

/** Of the right form; no key has made them. */
export const signaturesWith = (decision: 'approved' | 'rejected') => [
	{
		role: 'performed-by',
		publicKey: `${'A'.repeat(59)}=`,
		protected: headerWith('k1'),
		signature: `${'s'.repeat(85)}A`,
	},
	{
		role: 'validated-by',
		validation: {
			decision,
			name: 'Val Idator',
			title: 'Officer',
			date: '2026-11-30',
			location: null,
			contact: null,
		},
		publicKey: `${'B'.repeat(59)}=`,
		protected: headerWith('k2'),
		signature: `${'t'.repeat(85)}A`,
	},
];

const headerWith = (kid: string): string =>
	Buffer.from(JSON.stringify({alg: 'Ed25519', kid})).toString('base64url');

export const taskOf = async (
	texts: readonly string[],
	changes: Partial<PaperTask> = {},
): Promise<PaperTask> => ({
	kind: 'certificates',
	texts,
	uncertified: [],
	paper: 'a4',
	fonts: await readFonts(),
	...changes,
});

export const drawn = async (
	t: Cleanup,
	texts: readonly string[],
	changes: Partial<PaperTask> = {},
): Promise<Pdf> => readPdf(t, await carryOut(await taskOf(texts, changes)));
