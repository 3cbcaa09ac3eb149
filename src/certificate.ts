import * as v from 'valibot';
import {signaturesSchema} from './certificate/signature-schema.ts';
import {describeWork} from './certificate/work.ts';
import {leftSchema} from './content/schema.ts';
import type {DeviceFacts} from './devices/device.ts';
import {mediaType} from './devices/media.ts';
import {SanitizeError} from './errors.ts';
import type {JournalHead} from './journal.ts';
import {jsonFlaw, parseJson} from './json.ts';
import {conclude} from './outcome.ts';
import type {Plan} from './plan.ts';
import type {DeviceReport, Report} from './report.ts';
import {shown} from './shown.ts';

const text = v.nullable(v.string());

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const person = v.strictObject({name: text, title: text, date: text, location: text, contact: text});

const range = v.strictObject({offset: count, length: count});

const eraserEntries = {
	/** The eraser, and the program that wrote. */
	eraser: v.string(),
	program: v.strictObject({name: v.string(), version: v.string()}),
	/** Only of an eraser with overwrite schemes. */
	scheme: v.optional(
		v.looseObject({
			name: v.string(),
			passes: count,
			/** Passes, from 1, that some places refused; absent where there are none. The last pass is never among them. */
			incomplete: v.optional(v.array(v.looseObject({pass: count, unwritableBytes: count}))),
		}),
	),
};

/**
The certificate of sanitization. The first fields are those of NIST SP 800-88r2 section 4.6; `null` means that nobody knew. Sizes in bytes, times RFC 3339 UTC.
*/
export const certificateSchema = v.looseObject({
	manufacturer: text,
	model: text,
	serialNumber: text,
	assetTag: text,
	mediaType: v.string(),
	mediaSource: text,
	method: v.picklist(['clear', 'purge']),
	technique: v.picklist(['overwrite', 'block-erase', 'cryptographic-erase']),
	/** Why it was cleared although a purge was to be had, where the recipe allows that; absent where that is not so. */
	notPurged: v.optional(v.string()),
	tool: v.looseObject({
		name: v.string(),
		version: v.string(),
		...eraserEntries,
		/** Program and arguments that gave the drive its command; only of a drive that erased itself. */
		command: v.optional(v.array(v.string())),
	}),
	/** How the device was overwritten after the purge that method, technique and tool tell of; absent where it was not. */
	overwrite: v.optional(v.looseObject({...eraserEntries, writtenBytes: count})),
	/** What the device holds now: what verification looked for, or what it found where that was left to the drive; absent where it is zeros by the nature of the eraser. */
	holds: v.optional(leftSchema),
	/** Known data at random places that was written and read back before the drive erased itself, and is gone; absent where there was none. `seedSha256`: of what its places and contents follow from, which is in the journal. */
	canary: v.optional(v.looseObject({blocks: count, blockBytes: count, seedSha256: v.string()})),
	verification: v.looseObject({
		coverage: v.picklist(['full', 'sampled']),
		percent: v.number(),
		result: v.literal('passed'),
		verifiedBytes: count,
		/** False when the page cache may have answered for the media. */
		isDirect: v.boolean(),
		sampling: v.optional(
			v.looseObject({
				seed: v.string(),
				sections: count,
				samplesPerSection: count,
				detectionProbability: v.number(),
				detectionProbabilityOf100Sectors: v.number(),
			}),
		),
	}),
	performedBy: person,
	validatedBy: person,
	outcome: v.literal('sanitized'),
	/** True when the host was a rehearsal: the device was erased, the steps around it were only recorded. */
	rehearsal: v.boolean(),
	recipe: v.string(),
	startedAt: v.string(),
	finishedAt: v.string(),
	runId: v.string(),
	device: v.looseObject({
		target: v.string(),
		path: v.string(),
		deviceNumber: text,
		wwn: text,
		/** The drive behind a USB bridge, in its own words; absent where there is none, or it does not answer. */
		behindBridge: v.optional(v.looseObject({model: text, serialNumber: text})),
	}),
	totalBytes: count,
	writtenBytes: count,
	unwritable: v.array(range),
	notCovered: v.array(v.string()),
	/** Where the journal and log were kept, or why they were not. */
	log: v.strictObject({keptIn: text, reason: text}),
	/** SHA-256 of line `journalSeq` of the journal: the last one when the certificate was issued. */
	journalHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
	journalSeq: count,
	/** What the auditor who asked for this sanitization wanted to find in it; absent where nobody did. */
	nonce: v.optional(v.string()),
	/** JWS, flattened and without payload; absent where the run had no key. */
	signatures: v.optional(signaturesSchema),
});

export type Certificate = v.InferOutput<typeof certificateSchema>;

/**
The certificate that a report proves for one device. Pure: the same journal gives the same certificate, to the byte.
@throws SanitizeError CERTIFICATE_NOT_ISSUED when the device is not sanitized: there is no way around.
*/
export const certify = (report: Report, path: string, head: JournalHead): Certificate => {
	const device = report.devices.find(({planned}) => planned.facts.path === path);
	const outcome = conclude(report).devices.find(result => result.path === path)?.outcome;
	if (
		outcome !== 'sanitized' ||
		!report.plan ||
		!device?.erased ||
		!device.verification ||
		!device.committedAt
	) {
		throw new SanitizeError(
			'CERTIFICATE_NOT_ISSUED',
			`no certificate for ${path}: it is ${outcome ?? 'unknown'}`,
			{
				hint: 'only a device that was erased and verified to its last byte gets one',
			},
		);
	}

	return {
		...describeMedia(device, report.plan),
		...describeWork(device, report.plan),
		performedBy: datedPerson(report.plan.certificate.performedBy, device.endedAt),
		validatedBy: report.plan.certificate.validatedBy,
		outcome,
		rehearsal: report.plan.host === 'rehearsal',
		recipe: report.plan.recipe.name,
		startedAt: device.committedAt,
		finishedAt: device.endedAt ?? device.committedAt,
		runId: report.plan.runId,
		log: {...report.log},
		journalHash: head.hash,
		journalSeq: head.seq,
		...(report.plan.certificate.nonce !== undefined && {nonce: report.plan.certificate.nonce}),
	};
};

const describeMedia = ({planned}: DeviceReport, plan: Plan) => {
	const {facts, notCovered} = planned;
	return {
		manufacturer: facts.manufacturer,
		model: facts.model,
		serialNumber: facts.serial,
		assetTag: plan.certificate.assetTag,
		mediaType: mediaType(facts),
		mediaSource: plan.certificate.mediaSource,
		device: {
			target: facts.target,
			path: facts.path,
			deviceNumber: facts.deviceNumber,
			wwn: facts.wwn,
			...describeBridge(facts),
		},
		totalBytes: facts.totalBytes,
		notCovered: [...notCovered],
	};
};

const describeBridge = ({drive}: DeviceFacts) =>
	drive?.bridge ? {behindBridge: {model: drive.bridge.model, serialNumber: drive.bridge.serial}} : {};

const datedPerson = (person: Plan['certificate']['performedBy'], endedAt: string | null) => ({
	...person,
	date: person.date ?? endedAt?.slice(0, 10) ?? null,
});

/** The exact text of a certificate file. */
export const certificateText = (certificate: Certificate): string =>
	`${JSON.stringify(certificate, null, '\t')}\n`;

/**
A certificate file's text, checked.
@throws SanitizeError CERTIFICATE_INVALID naming the field that is wrong.
*/
export const parseCertificate = (text: string, file: string): Certificate => {
	const result = v.safeParse(certificateSchema, readJson(text, file));
	if (result.success) {
		return result.output;
	}

	const [issue] = result.issues;
	const field = v.getDotPath(issue) ?? 'the whole file';
	throw new SanitizeError('CERTIFICATE_INVALID', `reading ${file}: ${shown(`${field}: ${issue.message}`)}`, {
		hint: 'give a certificate that zeroize issued, unchanged',
	});
};

const readJson = (text: string, file: string): unknown => {
	try {
		return parseJson(text);
	} catch (error) {
		throw new SanitizeError('CERTIFICATE_INVALID', `reading ${file}: ${jsonFlaw(error)}`, {
			hint: 'give a certificate that zeroize issued, unchanged',
			cause: error,
		});
	}
};
