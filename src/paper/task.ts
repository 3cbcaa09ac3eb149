import {parseCertificate} from '../certificate.ts';
import type {ErrorCode} from '../errors.ts';
import {drawCertificate} from './certificate-page.ts';
import type {PaperName} from './paper-sizes.ts';
import {createSheet} from './sheet.ts';
import {drawSummary, type Uncertified} from './summary-pages.ts';
import type {FontFiles} from './typeface.ts';

/** What is to be drawn, in what a thread can be given. */
export interface PaperTask {
	readonly kind: 'certificates' | 'summary';
	/** Exact texts of certificates, at least one. */
	readonly texts: readonly string[];
	/** For a summary: what has no certificate. */
	readonly uncertified: readonly Uncertified[];
	readonly paper: PaperName;
	readonly fonts: FontFiles;
}

export type PaperAnswer =
	| {readonly bytes: Uint8Array}
	| {
			readonly error: {
				readonly code: ErrorCode;
				readonly message: string;
				readonly hint: string | undefined;
			};
	  };

/** The PDF file; the same task gives the same bytes. */
export const carryOut = async ({kind, texts, uncertified, paper, fonts}: PaperTask): Promise<Uint8Array> => {
	const certificates = texts.map(text => ({text, certificate: parseCertificate(text, 'the certificate')}));
	const newest =
		certificates
			.map(({certificate}) => certificate.finishedAt)
			.toSorted()
			.at(-1) ?? '';
	const [first] = certificates;
	const title =
		kind === 'certificates' && certificates.length === 1 && first
			? `Certificate of sanitization, run ${first.certificate.runId}`
			: kind === 'certificates'
				? `${certificates.length} certificates of sanitization`
				: `Summary of sanitization, ${certificates.length} devices`;
	const sheet = createSheet({paper, title, date: new Date(newest), fonts});
	if (kind === 'summary') {
		drawSummary(sheet, {certificates, uncertified});
		return sheet.finish();
	}

	for (const [index, printed] of certificates.entries()) {
		drawCertificate(sheet, printed, {page: index + 1, pages: certificates.length});
		const number = certificates.length === 1 ? '' : `-${index + 1}`;
		sheet.attach(`certificate${number}.json`, printed.text);
	}

	return sheet.finish();
};
