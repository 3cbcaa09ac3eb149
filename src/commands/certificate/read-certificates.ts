import {replayJournal} from '../../certificate/replay.ts';
import {verifySignature} from '../../certificate/signatures.ts';
import {type Certificate, certificateText, parseCertificate} from '../../certificate.ts';
import {SanitizeError, toSanitizeError} from '../../errors.ts';
import {readOwnFile} from '../../files/read-file.ts';
import {journalText} from '../../journal.ts';
import {conclude} from '../../outcome.ts';
import type {Uncertified} from '../../paper/summary-pages.ts';
import type {Report} from '../../report.ts';
import {readCapture} from '../text/captured-certificates.ts';

const maxBytes = 256 * 1024 * 1024;

export interface FoundCertificates {
	/** Exact texts of certificates, each checked: one stays as it was issued, to the byte, because its SHA-256 is in the journal. */
	readonly texts: readonly string[];
	/** Where in a capture they were found, and what of it is damaged. */
	readonly note?: string;
	/** Devices of a journal's run that came to no certificate. */
	readonly uncertified?: readonly Uncertified[];
}

/**
The certificates that a file is or holds: a certificate, a journal, a console capture or the text of a QR code. Whose key signed one is not asked; that it did is.
@throws SanitizeError CERTIFICATE_INVALID, JOURNAL_INVALID, USAGE; CERTIFICATE_MISMATCH for one that is signed and was changed since.
*/
export const readCertificates = async (file: string): Promise<FoundCertificates> => {
	const text = await readText(file);
	const found = findCertificates(text, file);
	for (const certificate of found.texts) {
		parseCertificate(certificate, file);
		await requireSignatures(certificate, file);
	}

	return found;
};

const requireSignatures = async (text: string, file: string): Promise<void> => {
	// As it was read: the schema leaves out what it does not know, and a signature is over all of it.
	const certificate: Certificate = JSON.parse(text);
	for (const [index, {role}] of (certificate.signatures ?? []).entries()) {
		try {
			await verifySignature(certificate, index);
		} catch (thrown) {
			const {code, message, hint} = toSanitizeError(thrown);
			throw new SanitizeError(code, `reading ${file}: signature of ${role}: ${message}`, {
				hint,
				cause: thrown,
			});
		}
	}
};

const findCertificates = (text: string, file: string): FoundCertificates => {
	if (isJournal(text)) {
		const {certificates, report} = replayJournal(text, file);
		return {texts: certificates.map(certificateText), uncertified: uncertifiedIn(report, certificates)};
	}

	return (isJson(text) ? undefined : readCapture(text, file)) ?? {texts: [text]};
};

const isJson = (text: string): boolean => {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
};

// A journal's first line is an event; a certificate is one object over many lines.
const isJournal = (text: string): boolean => text.startsWith('{"seq":1,');

const uncertifiedIn = (report: Report, certificates: readonly Certificate[]): readonly Uncertified[] => {
	const certified = new Set(certificates.map(({device}) => device.path));
	const runId = report.plan?.runId ?? 'unknown';
	return conclude(report)
		.devices.filter(({path}) => !certified.has(path))
		.map(({path, outcome}) => ({runId, device: path, outcome}));
};

const readText = async (file: string): Promise<string> => {
	const bytes = await readOwnFile(file, {
		maxBytes,
		refuse: (message, cause) =>
			new SanitizeError(cause === undefined ? 'CERTIFICATE_INVALID' : 'USAGE', message, {
				hint: 'give a certificate, a journal, a console capture or the text of a QR code',
				cause,
			}),
	});
	// A capture may have any byte of a line's noise in it, a journal may not.
	const text = bytes.toString();
	return isJournal(text) ? journalText(bytes, file) : text;
};
