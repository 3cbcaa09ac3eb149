import type {Signature, Validation} from '../../certificate/signature-schema.ts';
import {readPublicKey} from '../../certificate/signing-key.ts';
import type {Certificate} from '../../certificate.ts';
import {describeContent} from '../../content.ts';
import {formatBytes} from '../../progress.ts';
import {wrapWords} from './wrap-words.ts';

const screenColumns = 80;

const labelWidth = 16;

type Person = Certificate['performedBy'];

/** A certificate for people: one screen of `columns`, but for longer words. */
export const certificateLines = (certificate: Certificate, columns = screenColumns): readonly string[] => {
	const parts = [mediaRows(certificate), workRows(certificate), proofRows(certificate)];
	return [
		certificate.rehearsal ? 'CERTIFICATE OF SANITIZATION - REHEARSAL' : 'CERTIFICATE OF SANITIZATION',
		...parts.flatMap(rows => ['', ...rows.flatMap(([label, text]) => row(label, text, columns))]),
	];
};

// It may come from a file or a capture that somebody else made: nothing of it may move a cursor.
const row = (label: string, text: string, columns: number): readonly string[] =>
	wrapWords(text.replaceAll(/\p{Cc}/gu, '?'), columns - labelWidth).map(
		(line, index) => `${(index === 0 ? label : '').padEnd(labelWidth)}${line}`,
	);

type Rows = ReadonlyArray<readonly [label: string, text: string]>;

const mediaRows = (certificate: Certificate): Rows => [
	['outcome', certificate.outcome.toUpperCase()],
	['device', certificate.device.target],
	['manufacturer', certificate.manufacturer ?? 'unknown'],
	['model', certificate.model ?? 'unknown'],
	['serial number', certificate.serialNumber ?? 'none'],
	['asset tag', certificate.assetTag ?? 'none'],
	['media type', certificate.mediaType],
	['media source', certificate.mediaSource ?? 'unknown'],
	['size', `${formatBytes(certificate.totalBytes)} (${certificate.totalBytes} bytes)`],
];

const workRows = ({
	method,
	technique,
	notPurged,
	tool,
	overwrite,
	holds,
	canary,
	verification,
	notCovered,
	...certificate
}: Certificate): Rows => [
	['method', `${method}, by ${technique} (NIST SP 800-88r2)`],
	...(notPurged === undefined ? [] : [['not purged', notPurged] as const]),
	['tool', `${tool.name} ${tool.version}, eraser ${describeTool(tool)}`],
	...(tool.command ? [['command', tool.command.join(' ')] as const] : []),
	[method === 'purge' ? 'erased' : 'written', `${certificate.writtenBytes} bytes`],
	...(overwrite ? [['overwritten', describeOverwrite(overwrite)] as const] : []),
	...(holds ? [['holds', describeHolds(holds)] as const] : []),
	...(canary ? [['canary', describeCanary(canary)] as const] : []),
	['verified', describeVerification(verification)],
	['not covered', notCovered.join('; ') || 'nothing'],
	['started', certificate.startedAt],
	['finished', certificate.finishedAt],
];

export const describeTool = ({
	eraser,
	scheme,
	program,
}: Pick<Certificate['tool'], 'eraser' | 'scheme' | 'program'>): string =>
	`${eraser}${describeScheme(scheme)}, ${program.name} ${program.version}`;

export const describeOverwrite = ({writtenBytes, ...tool}: NonNullable<Certificate['overwrite']>): string =>
	`${writtenBytes} bytes, by ${describeTool(tool)}`;

const describeScheme = (scheme: Certificate['tool']['scheme']): string => {
	if (!scheme) {
		return '';
	}

	const {name, passes, incomplete = []} = scheme;
	const gaps = incomplete.map(
		({pass, unwritableBytes}) => `, ${unwritableBytes} bytes not reached by pass ${pass}`,
	);
	return ` (scheme ${name}, ${passes} ${passes === 1 ? 'pass' : 'passes'}${gaps.join('')})`;
};

export const describeCanary = ({
	blocks,
	blockBytes,
	seedSha256,
}: NonNullable<Certificate['canary']>): string =>
	`${blocks} blocks of ${blockBytes} bytes, written before the drive erased itself, are gone; SHA-256 of the seed ${seedSha256}`;

export const describeHolds = (content: NonNullable<Certificate['holds']>): string =>
	content.kind === 'aes-256-ctr' ? `AES-256-CTR stream, key ${content.key}` : describeContent(content);

export const describeVerification = ({
	coverage,
	percent,
	result,
	verifiedBytes,
	isDirect,
	sampling,
}: Certificate['verification']): string =>
	[
		`${result}: ${coverage}, ${percent} %, ${verifiedBytes} bytes read back ${isDirect ? 'from the media' : 'through the page cache'}`,
		...(sampling
			? [`seed ${sampling.seed}, one leftover sector found with probability ${sampling.detectionProbability}`]
			: []),
	].join('; ');

const proofRows = (certificate: Certificate): Rows => [
	['performed by', describePerson(certificate.performedBy)],
	['validated by', describePerson(certificate.validatedBy)],
	['recipe', certificate.recipe],
	['run', certificate.runId],
	['log', certificate.log.keptIn ?? `not kept: ${certificate.log.reason ?? 'the recipe has no such step'}`],
	['journal', `line ${certificate.journalSeq}, SHA-256 ${certificate.journalHash}`],
	...(certificate.nonce === undefined ? [] : [['nonce', certificate.nonce] as const]),
	...signatureRows(certificate),
];

// Who signed is not known before somebody has looked.
const signatureRows = ({signatures}: Certificate): Rows => {
	const all: readonly Signature[] = signatures ?? [];
	return all.flatMap(signature => {
		const key = readPublicKey(signature.publicKey)?.keyId ?? 'unknown';
		const says =
			signature.role === 'validated-by'
				? [['validation', describeValidation(signature.validation)] as const]
				: [];
		return [...says, ['signed', `${signature.role}, key ${key}: not checked here`] as const];
	});
};

const describeValidation = ({decision, ...person}: Validation): string =>
	`${decision.toUpperCase()}: ${describePerson(person)}`;

const describePerson = ({name, title, date, location, contact}: Person): string =>
	name === null
		? `not named${date ? `, ${date}` : ''}`
		: [name, title, date, location, contact].filter(Boolean).join(', ');
