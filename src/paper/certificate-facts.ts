import {createHash} from 'node:crypto';
import * as v from 'valibot';
import type {Certificate} from '../certificate.ts';
import {formatBytes} from '../progress.ts';
import {
	describeCanary,
	describeHolds,
	describeOverwrite,
	describeTool,
	describeVerification,
} from '../views/text/certificate-lines.ts';
import type {Field} from './blocks.ts';

export interface PrintedCertificate {
	readonly certificate: Certificate;
	/** The exact text of it. */
	readonly text: string;
}

/** What a page or list may call it: a rehearsal proves no device, and what the validator rejected is not to be released. */
export const statusOf = (certificate: Certificate): 'sanitized' | 'rehearsal' | 'rejected' =>
	validationOf(certificate)?.decision === 'rejected'
		? 'rejected'
		: certificate.rehearsal
			? 'rehearsal'
			: certificate.outcome;

export const techniqueNames = {
	overwrite: 'overwrite',
	'block-erase': 'block erase',
	'cryptographic-erase': 'cryptographic erase',
} as const;

export interface OutcomeWords {
	readonly word: string;
	readonly words: string;
}

export const outcomeWords = (certificate: Certificate): OutcomeWords => {
	const {method, technique, overwrite, verification} = certificate;
	const then = overwrite ? ', then overwritten' : '';
	const sample = Number(verification.percent.toPrecision(4));
	const how = verification.coverage === 'full' ? 'in full' : `by a sample of ${sample} %`;
	const status = statusOf(certificate);
	if (status === 'rejected') {
		return {
			word: 'REJECTED',
			words: `The validator rejected it: do not release the device. It was erased by ${techniqueNames[technique]}${then} and verified ${how}.`,
		};
	}

	return status === 'rehearsal'
		? {
				word: 'REHEARSAL',
				words: `No device may be released on this page. What was given to the rehearsal was erased by ${techniqueNames[technique]}${then} and verified ${how}; the steps around it were only recorded.`,
			}
		: {
				word: 'SANITIZED',
				words: `NIST SP 800-88r2 ${method}, by ${techniqueNames[technique]}${then}. Verified ${how}: passed.`,
			};
};

// Model and serial number above it are those of the USB case then.
const describeBridged = ({model, serialNumber}: NonNullable<Certificate['device']['behindBridge']>): string =>
	`${model ?? 'unknown'}, serial number ${serialNumber ?? 'unknown'}`;

export const mediaFields = (certificate: Certificate): readonly Field[] => {
	const {device, totalBytes} = certificate;
	return [
		{label: 'Manufacturer', value: certificate.manufacturer ?? 'unknown'},
		{label: 'Model', value: certificate.model ?? 'unknown'},
		{label: 'Serial number', value: certificate.serialNumber ?? 'none', weight: 'bold'},
		...(device.behindBridge ? [{label: 'Drive within', value: describeBridged(device.behindBridge)}] : []),
		{label: 'Property number', value: certificate.assetTag},
		{label: 'Media type', value: certificate.mediaType},
		{label: 'Media source', value: certificate.mediaSource ?? 'unknown'},
		{label: 'Confidentiality before (optional)', value: null},
		{label: 'Size', value: `${formatBytes(totalBytes)} (${totalBytes} bytes)`},
		{
			label: 'Attached as',
			value: [device.target, device.wwn === null ? '' : `WWN ${device.wwn}`].filter(Boolean).join(', '),
		},
	];
};

const outcomeField = (certificate: Certificate): string =>
	[
		certificate.rehearsal ? 'rehearsal only' : certificate.outcome,
		...(statusOf(certificate) === 'rejected' ? ['rejected by the validator'] : []),
	].join(', ');

export const workFields = (certificate: Certificate): readonly Field[] => {
	const {method, technique, notPurged, tool, overwrite, holds, canary, verification} = certificate;
	return [
		{label: 'Outcome', value: outcomeField(certificate), weight: 'bold'},
		{label: 'Method', value: method, weight: 'bold'},
		{label: 'Technique', value: techniqueNames[technique], weight: 'bold'},
		...(notPurged === undefined ? [] : [{label: 'Not purged', value: notPurged}]),
		{label: 'Tool', value: `${tool.name} ${tool.version}, eraser ${describeTool(tool)}`},
		...(tool.command ? [{label: 'Command', value: tool.command.join(' ')}] : []),
		{label: method === 'purge' ? 'Erased' : 'Written', value: `${certificate.writtenBytes} bytes`},
		...(overwrite ? [{label: 'Then overwritten', value: describeOverwrite(overwrite)}] : []),
		...(holds ? [{label: 'Holds now', value: describeHolds(holds)}] : []),
		...(canary ? [{label: 'Canary', value: describeCanary(canary)}] : []),
		{label: 'Verification', value: describeVerification(verification)},
		{label: 'Started', value: certificate.startedAt},
		{label: 'Finished', value: certificate.finishedAt},
		{label: 'Recipe', value: certificate.recipe},
	];
};

export const proofFields = (certificate: Certificate, text: string): readonly Field[] => [
	{label: 'Run', value: certificate.runId},
	{label: 'Certificate', value: `SHA-256 ${createHash('sha256').update(text).digest('hex')}`},
	{label: 'Journal', value: `line ${certificate.journalSeq}, SHA-256 ${certificate.journalHash}`},
	{
		label: 'Log kept in',
		value: certificate.log.keptIn ?? `not kept: ${certificate.log.reason ?? 'the recipe has no such step'}`,
	},
	...(typeof certificate['nonce'] === 'string' ? [{label: 'Nonce', value: certificate['nonce']}] : []),
	{label: 'Signatures', value: describeSignatures(certificate)},
];

const text = v.optional(v.nullable(v.string()), null);

const signatureSchema = v.looseObject({
	role: v.string(),
	protected: v.optional(v.string()),
	validation: v.optional(
		v.looseObject({decision: v.string(), name: text, title: text, date: text, location: text, contact: text}),
	),
});

/** What a certificate says of its signatures. Whether they hold is not for a page to say. */
export const signaturesOf = (certificate: Certificate) => {
	const {success, output} = v.safeParse(v.array(signatureSchema), certificate['signatures']);
	return success ? output : [];
};

/** The validator's own words, signed later. */
export const validationOf = (certificate: Certificate) =>
	signaturesOf(certificate).find(({validation}) => validation)?.validation;

const describeSignatures = (certificate: Certificate): string => {
	const words = signaturesOf(certificate).map(({role, protected: header}) => {
		const key = keyIdOf(header);
		return key === undefined ? role : `${role}, key ${key}`;
	});
	return words.length === 0
		? 'none in the file'
		: `in the file; whose keys they are is not checked here: ${words.join('; ')}`;
};

const headerSchema = v.looseObject({kid: v.string()});

const keyIdOf = (header = ''): string | undefined => {
	try {
		const decoded: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
		return v.is(headerSchema, decoded) ? decoded.kid : undefined;
	} catch {
		return undefined;
	}
};

type Person = Pick<Certificate['performedBy'], 'name' | 'title' | 'date' | 'location' | 'contact'>;

export const personFields = ({name, title, date, location, contact}: Person): readonly Field[] => [
	{label: 'Name', value: name},
	{label: 'Title', value: title},
	{label: 'Date', value: date},
	{label: 'Location', value: location},
	{label: 'Contact', value: contact},
];
