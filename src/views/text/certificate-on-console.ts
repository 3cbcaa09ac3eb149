import {armor} from '../../certificate/armor.ts';
import {encodeCompact} from '../../certificate/compact.ts';
import {drawQrCode, maxQrCharacters} from '../../certificate/qr-code.ts';
import {parseCertificate} from '../../certificate.ts';
import {certificateLines} from './certificate-lines.ts';
import {shortName, type Told} from './lines.ts';
import type {Planned, Story} from './story.ts';

const widestText = 80;

/**
The certificates whole, for whoever records or photographs the console: to read, as an armored block, and as a QR code. Nothing unless the run leaves its disk: elsewhere a file has them.
*/
export const certificatesOnConsole = (
	plan: Planned | undefined,
	certificates: Story['certificates'],
	columns: number,
): readonly Told[] => {
	if (!plan?.steps.some(({step, skip}) => step === 'leave-disk' && skip === undefined)) {
		return [];
	}

	// One that was written to two places is one all the same.
	const texts = new Map(certificates.map(({text, device}) => [text, device]));
	return [...texts].flatMap(([text, device]) => [
		`the certificate of ${shortName(device)}: record these lines, or photograph the code below them`,
		...certificateLines(parseCertificate(text, 'the event'), Math.min(columns, widestText)).filter(
			line => line !== '',
		),
		...armor(text),
		...picturesOf(text),
	]);
};

const picturesOf = (text: string): readonly Told[] => {
	const parts = encodeCompact(text, maxQrCharacters);
	return parts.flatMap((part, index) => {
		const {rows, columns} = drawQrCode(part);
		const instead = `no QR code: it takes ${columns} columns; the lines above hold it whole`;
		const title = parts.length === 1 ? [] : [`QR code ${index + 1} of ${parts.length}`];
		return [...title, {rows, columns, instead}];
	});
};
