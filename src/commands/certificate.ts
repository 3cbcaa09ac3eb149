import {replayCertificates} from '../certificate/replay.ts';
import {certificateText, parseCertificate} from '../certificate.ts';
import {SanitizeError} from '../errors.ts';
import {readOwnFile} from '../files/read-file.ts';
import {journalText} from '../journal.ts';
import {certificateLines} from '../views/text/certificate-lines.ts';
import {addSignCertificate} from './certificate/sign.ts';
import {addVerifyCertificate} from './certificate/verify.ts';
import {type AddCommand, done} from './command.ts';
import {type CapturedCertificates, readCapture} from './text/captured-certificates.ts';

const maxBytes = 256 * 1024 * 1024;

const doing = 'certificate show';

export const addCertificate: AddCommand = (program, surroundings, finish) => {
	const {stdout, stderr} = surroundings;
	const certificate = program
		.command('certificate')
		.description('certificates of sanitization')
		.addHelpText('after', '\nExample:\n  zeroize certificate show certificate.json');
	addVerifyCertificate(certificate, surroundings, finish);
	addSignCertificate(certificate, surroundings, finish);
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
