import {type Certificate, certificateText, certify, parseCertificate} from '../certificate.ts';
import {SanitizeError} from '../errors.ts';
import type {RunEvent} from '../events.ts';
import {type JournalLine, readJournal} from '../journal.ts';
import {conclude, hasFailed} from '../outcome.ts';
import {emptyReport, type Report, reduceReport} from '../report.ts';

/** What a journal proves. */
export interface Replay {
	readonly lines: readonly JournalLine[];
	readonly report: Report;
	/** Each as it was issued. */
	readonly certificates: readonly Certificate[];
}

/**
The certificates that a journal proves, the same to the byte as the ones that were issued. Their signatures are the recorded ones, and are not checked here.
@throws SanitizeError JOURNAL_INVALID, CERTIFICATE_INVALID when the run it tells of came to none.
*/
export const replayJournal = (text: string, file: string): Replay => {
	const lines = readJournal(text, file);
	let certificates: readonly Certificate[] = [];
	let report = emptyReport;
	for (const line of lines) {
		report = reduceReport(report, line.event);
		certificates = withSignatures(certificates, line.event, file);
		const issued = certificatesFrom(line, report);
		// What a step began to issue and did not is issued by the next one.
		const isAgain = ({device}: Certificate) => issued.some(other => other.device.path === device.path);
		certificates = [...certificates.filter(certificate => !isAgain(certificate)), ...issued];
	}

	certificates = certificates.filter(({device: {path}}) => !hasFailed(report, path));
	if (certificates.length === 0) {
		throw none(file, 'the run it tells of came to no certificate that stands');
	}

	if (report.plan?.signing && certificates.some(({signatures}) => !signatures)) {
		throw none(file, 'it does not have the signature of a certificate that was to be signed');
	}

	return {lines, report, certificates};
};

export const replayCertificates = (text: string, file: string): readonly Certificate[] =>
	replayJournal(text, file).certificates;

const none = (file: string, why: string): SanitizeError =>
	new SanitizeError('CERTIFICATE_INVALID', `reading ${file}: ${why}`, {
		hint: 'only a device that was erased and verified to its last byte gets one',
	});

/** Those of one step that issued any; a run that was tried again may have several. */
const certificatesFrom = ({event, hash}: JournalLine, report: Report): readonly Certificate[] => {
	if (event.type !== 'step.started' || event.step !== 'issue-certificate') {
		return [];
	}

	const before = new Set(report.certificates.map(({device}) => device));
	return conclude(report)
		.devices.filter(({outcome, path}) => outcome === 'sanitized' && !before.has(path))
		.map(({path}) => certify(report, path, {hash, seq: event.seq}));
};

/** A signature cannot be made again, so it is taken from what was recorded of a certificate that is the same but for it. */
const withSignatures = (
	certificates: readonly Certificate[],
	event: RunEvent,
	file: string,
): readonly Certificate[] => {
	const recorded = event.type === 'step.finished' ? (event.certificates ?? []) : [];
	return certificates.map(certificate => {
		const text = recorded.find(({device}) => device === certificate.device.path)?.text;
		const {signatures} = text === undefined ? {} : parseCertificate(text, file);
		if (!signatures) {
			return certificate;
		}

		const signed = {...certificate, signatures};
		if (certificateText(signed) !== text) {
			throw new SanitizeError(
				'JOURNAL_INVALID',
				`reading ${file}:${event.seq}: the certificate in it is not the one that the journal proves`,
				{hint: 'use the journal as zeroize left it; an edited one proves nothing'},
			);
		}

		return signed;
	});
};
