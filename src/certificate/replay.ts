import {type Certificate, certify} from '../certificate.ts';
import {SanitizeError} from '../errors.ts';
import {type JournalLine, readJournal} from '../journal.ts';
import {conclude} from '../outcome.ts';
import {emptyReport, type Report, reduceReport} from '../report.ts';

/** What a journal proves. */
export interface Replay {
	readonly report: Report;
	/** Each as it was issued, to the byte. */
	readonly certificates: readonly Certificate[];
}

/**
The certificates that a journal proves, the same to the byte as the ones that were issued.
@throws SanitizeError JOURNAL_INVALID, CERTIFICATE_INVALID when the run it tells of came to none.
*/
export const replayJournal = (text: string, file: string): Replay => {
	const certificates: Certificate[] = [];
	let report = emptyReport;
	for (const line of readJournal(text, file)) {
		report = reduceReport(report, line.event);
		certificates.push(...certificatesFrom(line, report));
	}

	if (certificates.length === 0) {
		throw new SanitizeError(
			'CERTIFICATE_INVALID',
			`reading ${file}: the run it tells of came to no certificate`,
			{
				hint: 'only a device that was erased and verified to its last byte gets one',
			},
		);
	}

	return {report, certificates};
};

export const replayCertificates = (text: string, file: string): readonly Certificate[] =>
	replayJournal(text, file).certificates;

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
