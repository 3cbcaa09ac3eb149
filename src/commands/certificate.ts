import {type Certificate, certificateText, certify, parseCertificate} from '../certificate.ts';
import {SanitizeError} from '../errors.ts';
import {readOwnFile} from '../files/read-file.ts';
import {type JournalLine, journalText, readJournal} from '../journal.ts';
import {conclude} from '../outcome.ts';
import {emptyReport, type Report, reduceReport} from '../report.ts';
import {certificateLines} from '../views/text/certificate-lines.ts';
import {type AddCommand, done} from './command.ts';
import {type CapturedCertificates, readCapture} from './text/captured-certificates.ts';

const maxBytes = 256 * 1024 * 1024;

const doing = 'certificate show';

export const addCertificate: AddCommand = (program, {stdout, stderr}, finish) => {
	const certificate = program
		.command('certificate')
		.description('certificates of sanitization')
		.addHelpText('after', '\nExample:\n  zeroize certificate show certificate.json');
	certificate
		.command('show <file>')
		.description('show a certificate, or those in a journal, a console capture or a QR text')
		.option('--json', 'as JSON', false)
		.addHelpText('after', '\nExample:\n  zeroize certificate show /var/log/zeroize/RUN/journal.jsonl')
		.action(async (file: string, {json}: {json: boolean}) => {
			const text = await readText(file);
			const {texts, note} = readCertificates(text, file);
			const shown = texts.map(found => {
				const certificate = parseCertificate(found, file);
				return json ? found : `${certificateLines(certificate).join('\n')}\n`;
			});
			if (note !== undefined) {
				stderr.write(`zeroize: ${doing}: ${note}\n`);
			}

			stdout.write(shown.join(''));

			finish(done);
		});
};

// A certificate stays as it was issued, to the byte: its SHA-256 is in the journal.
const readCertificates = (text: string, file: string): CapturedCertificates => {
	if (isJournal(text)) {
		return {texts: replayCertificates(text, file).map(certificateText)};
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

/**
The certificates that a journal proves, the same to the byte as the ones that were issued.
@throws SanitizeError JOURNAL_INVALID, CERTIFICATE_INVALID when the run it tells of came to none.
*/
export const replayCertificates = (text: string, file: string): readonly Certificate[] => {
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

	return certificates;
};

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
