import {createHash} from 'node:crypto';
import type {Certificate} from '../certificate.ts';
import {type PrintedCertificate, signaturesOf, statusOf, validationOf} from './certificate-facts.ts';

/** What a list of many devices has of each; `null` where nobody knew. */
export type SummaryRow = Readonly<Record<string, string | number | boolean | null>>;

export const summaryRow = ({certificate, text}: PrintedCertificate): SummaryRow => ({
	outcome: statusOf(certificate),
	...mediaOf(certificate),
	...workOf(certificate),
	...peopleOf(certificate),
	...proofOf(certificate, text),
});

const mediaOf = ({device, ...certificate}: Certificate): SummaryRow => ({
	manufacturer: certificate.manufacturer,
	model: certificate.model,
	serialNumber: certificate.serialNumber,
	behindBridgeModel: device.behindBridge?.model ?? null,
	behindBridgeSerialNumber: device.behindBridge?.serialNumber ?? null,
	assetTag: certificate.assetTag,
	mediaType: certificate.mediaType,
	mediaSource: certificate.mediaSource,
	target: device.target,
	path: device.path,
	wwn: device.wwn,
	totalBytes: certificate.totalBytes,
});

const workOf = ({tool, verification, ...certificate}: Certificate): SummaryRow => ({
	method: certificate.method,
	technique: certificate.technique,
	rehearsal: certificate.rehearsal,
	tool: tool.name,
	toolVersion: tool.version,
	eraser: tool.eraser,
	scheme: tool.scheme?.name ?? null,
	program: tool.program.name,
	programVersion: tool.program.version,
	overwriteEraser: certificate.overwrite?.eraser ?? null,
	writtenBytes: certificate.writtenBytes,
	coverage: verification.coverage,
	percent: verification.percent,
	result: verification.result,
	verifiedBytes: verification.verifiedBytes,
	isDirect: verification.isDirect,
	notCovered: certificate.notCovered.join('; '),
	startedAt: certificate.startedAt,
	finishedAt: certificate.finishedAt,
	recipe: certificate.recipe,
});

const peopleOf = (certificate: Certificate): SummaryRow => {
	const validation = validationOf(certificate);
	const {performedBy, validatedBy} = certificate;
	return {
		...named('performedBy', performedBy),
		...named('validatedBy', validation ?? validatedBy),
		decision: validation?.decision ?? null,
	};
};

const named = (
	role: string,
	person: Pick<Certificate['performedBy'], (typeof details)[number]>,
): SummaryRow =>
	Object.fromEntries(
		details.map(detail => [`${role}${detail[0]?.toUpperCase()}${detail.slice(1)}`, person[detail]]),
	);

const details = ['name', 'title', 'date', 'location', 'contact'] as const;

const proofOf = (certificate: Certificate, text: string): SummaryRow => ({
	runId: certificate.runId,
	journalSeq: certificate.journalSeq,
	journalHash: certificate.journalHash,
	certificateSha256: createHash('sha256').update(text).digest('hex'),
	nonce: typeof certificate['nonce'] === 'string' ? certificate['nonce'] : null,
	signatures: signaturesOf(certificate)
		.map(({role}) => role)
		.join('; '),
});
