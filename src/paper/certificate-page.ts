import type {QrModules} from '../certificate/qr-code.ts';
import {type Block, type Pen, space, stack} from './blocks.ts';
import type {PrintedCertificate} from './certificate-facts.ts';
import {destinationOf, factsOf, footerOf, outcomeOf, peopleOf, titleOf} from './certificate-sections.ts';
import {proofOf, qrCodes} from './proof-section.ts';
import type {Sheet} from './sheet.ts';

const margin = 40;
const mostGap = 18;

// From the roomiest on, the first one that fits is taken.
const attempts: ReadonlyArray<Pick<Pen, 'scale' | 'air'> & {readonly mostLines?: number}> = [
	...[10, 8, 6, 4, 2, 0].map(air => ({scale: 1.06, air})),
	...[1.02, 1, 0.96, 0.92, 0.88, 0.84, 0.8, 0.76, 0.72].map(scale => ({scale, air: 0})),
	...[12, 8, 6, 5, 4, 3, 2, 1].map(mostLines => ({scale: 0.72, air: 0, mostLines})),
];

/** One page, whatever the certificate says: what does not fit is made smaller, and what then is too long says that it is cut. */
export const drawCertificate = (
	sheet: Sheet,
	printed: PrintedCertificate,
	place: {readonly page: number; readonly pages: number},
): void => {
	const width = sheet.width - 2 * margin;
	const height = sheet.height - 2 * margin;
	const {parts, footer} = layOut(sheet, printed, {width, height, place});
	const used = parts.reduce((sum, part) => sum + part.height, footer.height);
	const gap = Math.min(mostGap, (height - used) / parts.length);
	sheet.addPage();
	if (printed.certificate.rehearsal) {
		sheet.watermark('REHEARSAL');
	}

	stack(parts, gap).draw(sheet, margin, margin);
	footer.draw(sheet, margin, margin + height - footer.height);
};

interface Parts {
	readonly parts: readonly Block[];
	readonly footer: Block;
}

// What the quiet zone of a QR code takes, and a little.
const leastGap = 9;

const layOut = (
	{typeface}: Sheet,
	printed: PrintedCertificate,
	{width, height, place}: {width: number; height: number; place: {page: number; pages: number}},
): Parts => {
	const codes = qrCodes(printed.text);
	const replacedBefore = typeface.replaced;
	const tried = attempts.map(({scale, air, mostLines = Number.POSITIVE_INFINITY}) => () => {
		const pen = {typeface, scale, air, mostLines};
		const parts = partsOf(pen, printed, {width, codes});
		return {
			parts,
			footer: footerOf(pen, printed.certificate, {
				width,
				...place,
				hasReplaced: typeface.replaced > replacedBefore,
			}),
		};
	});
	const fits = ({parts, footer}: Parts) =>
		parts.reduce((sum, part) => sum + part.height + leastGap, footer.height) <= height;
	let last: Parts = {parts: [], footer: space(0)};
	for (const make of tried) {
		last = make();
		if (fits(last)) {
			break;
		}
	}

	return last;
};

const partsOf = (
	pen: Pen,
	{certificate, text}: PrintedCertificate,
	{width, codes}: {width: number; codes: readonly QrModules[]},
): readonly Block[] => [
	titleOf(pen, certificate, width),
	outcomeOf(pen, certificate, width),
	factsOf(pen, certificate, width),
	peopleOf(pen, certificate, width),
	destinationOf(pen, width),
	proofOf(pen, {certificate, text}, {width, codes}),
];
