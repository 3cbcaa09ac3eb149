import {createHash} from 'node:crypto';
import * as v from 'valibot';
import {signPerformed} from '../certificate/signatures.ts';
import {type Certificate, certificateText, certify} from '../certificate.ts';
import {SanitizeError, toSanitizeError} from '../errors.ts';
import {writeNewFile} from '../files.ts';
import {conclude} from '../outcome.ts';
import {deviceFileName} from './issue-certificate/names.ts';
import {defineRunStep, type StepContext} from './step.ts';

const text = v.optional(v.nullable(v.string()), null);

const person = v.optional(v.strictObject({name: text, title: text, location: text, contact: text}), {
	name: null,
	title: null,
	location: null,
	contact: null,
});

export default defineRunStep({
	name: 'issue-certificate',
	summary: 'issue a certificate for each device that was sanitized, and for no other',
	phase: 'aftercare',
	scope: 'run',
	options: {
		assetTag: v.pipe(text, v.description('number that the organisation gave to the media')),
		mediaSource: v.pipe(text, v.description('where the media came from; the host name by default')),
		performedBy: v.pipe(person, v.description('who carries it out')),
		validatedBy: v.pipe(person, v.description('who validates it')),
		key: v.optional(v.pipe(v.string(), v.description('file with the key that signs it'))),
	},
	tools: () => [],
	plan: (_options, {devices}) => ({
		title: devices.length > 1 ? 'issue the certificates' : 'issue the certificate',
	}),
	async run(_options, context) {
		const head = context.records.journalHead();
		const report = context.records.report();
		const sanitized = conclude(report)
			.devices.filter(({outcome}) => outcome === 'sanitized')
			.map(({path}) => path);
		// A run that is tried again has issued some before.
		const issued = new Set(report.certificates.map(({device}) => device));
		const paths = sanitized.filter(path => !issued.has(path));
		if (paths.length === 0) {
			return {
				skipped:
					sanitized.length === 0
						? 'no device is sanitized, so there is nothing to certify'
						: 'every device that is sanitized has its certificate',
			};
		}

		const certificates = [];
		for (const path of paths) {
			const json = certificateText(await signed(certify(report, path, head), context));
			const sha256 = createHash('sha256').update(json).digest('hex');
			for (const file of await deliver(json, path, context)) {
				certificates.push({device: path, path: file, sha256, text: json});
			}
		}

		return {facts: {certificates}};
	},
});

/** @throws SanitizeError CERTIFICATE_NOT_ISSUED: what was planned to be signed is never issued without. */
const signed = async (certificate: Certificate, {plan, signingKey}: StepContext): Promise<Certificate> => {
	if (!plan.signing) {
		return certificate;
	}

	if (signingKey?.keyId !== plan.signing.keyId) {
		throw new SanitizeError('CERTIFICATE_NOT_ISSUED', `the key ${plan.signing.keyId} is not at hand`, {
			hint: `zeroize resume JOURNAL --key ${plan.signing.file}`,
		});
	}

	return signPerformed(certificate, signingKey);
};

/** Beside the journal, and where `--certificate` asks for it. */
const deliver = async (
	json: string,
	device: string,
	{plan, records}: StepContext,
): Promise<readonly string[]> => {
	const devices = plan.devices.map(({facts}) => facts.path);
	try {
		const beside = await records.writeBeside(deviceFileName('certificate.json', device, devices), json);
		if (plan.certificateFile === null) {
			return [beside];
		}

		const asked = deviceFileName(plan.certificateFile, device, devices);
		await writeNewFile(asked, json);
		return [beside, asked];
	} catch (error) {
		const {message, hint} = toSanitizeError(error);
		throw new SanitizeError('CERTIFICATE_NOT_ISSUED', `writing the certificate of ${device}: ${message}`, {
			hint: hint ?? 'the journal proves the same: zeroize certificate show JOURNAL',
			cause: error,
		});
	}
};
