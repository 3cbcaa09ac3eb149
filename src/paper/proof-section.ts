import {encodeCompact} from '../certificate/compact.ts';
import {type QrModules, qrModules} from '../certificate/qr-code.ts';
import {type Block, beside, columnGap, fields, heading, type Pen, paragraph, space, stack} from './blocks.ts';
import {type PrintedCertificate, proofFields} from './certificate-facts.ts';
import type {Sheet} from './sheet.ts';

// Points a module: about three dots at 100 dpi.
const moduleSize = 2;
const mostCodes = 3;

const mostModules = 85;

/** As few codes as hold the text, side by side; none when it is too long for a page. */
export const qrCodes = (text: string): readonly QrModules[] => {
	for (const [version, characters] of [
		[13, 619],
		[(mostModules - 17) / 4, 938],
	] as const) {
		const parts = encodeCompact(text, characters);
		if (parts.length <= mostCodes) {
			return parts.map(part => qrModules(part, version));
		}
	}

	return [];
};

export const proofOf = (
	pen: Pen,
	{certificate, text}: PrintedCertificate,
	{width, codes}: {width: number; codes: readonly QrModules[]},
): Block => {
	const pictures = picturesOf(codes, width);
	const rest = width - pictures.width - columnGap;
	const facts = (room: number): Block =>
		stack([
			heading(pen, 'Proof', room),
			fields(pen, proofFields(certificate, text), {width: room, labelWidth: 52 * pen.scale}),
		]);
	const words = (room: number): Block =>
		paragraph(pen, howToCheck(codes.length), {width: room, size: 7.5, grey: 0.3});
	if (codes.length === 1) {
		return beside([{width: rest, block: stack([facts(rest), words(rest)], 2)}, pictures], columnGap);
	}

	// Hashes in a narrow column would take many lines, and whoever compares them would lose the place.
	return rest > leastForWords
		? stack([facts(width), space(8), beside([{width: rest, block: words(rest)}, pictures], columnGap)])
		: stack([facts(width), words(width), space(8), pictures.block]);
};

const leastForWords = 100;

/** Their quiet zones reach into the gaps and the margin. */
const picturesOf = (codes: readonly QrModules[], most: number): {width: number; block: Block} => {
	const gap = columnGap;
	const modules = codes.reduce((sum, {size}) => sum + size, 0);
	const gaps = gap * Math.max(0, codes.length - 1);
	const side = Math.min(moduleSize, (most - gaps) / modules);
	const blocks = codes.map(code => ({
		width: code.size * side,
		block: {
			height: code.size * side,
			draw: (sheet: Sheet, x: number, y: number) =>
				sheet.qrCode(code, x - code.quietZone * side, y - code.quietZone * side, side),
		},
	}));
	return {width: modules * side + gaps, block: beside(blocks, gap)};
};

const howToCheck = (count: number): string => {
	const code =
		count === 0
			? 'The certificate is too long for QR codes on this page.'
			: `The QR ${count === 1 ? 'code is' : 'codes together are'} the certificate to the byte: put the text into a file and give it to zeroize certificate show.`;
	return `This page is for people; the proof is the certificate file. ${code} The file is also attached to this PDF. Who can edit the page can make it say anything.`;
};
