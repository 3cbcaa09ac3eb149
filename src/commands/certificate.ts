import {parseCertificate} from '../certificate.ts';
import {certificateLines} from '../views/text/certificate-lines.ts';
import {addPdf} from './certificate/pdf.ts';
import {readCertificates} from './certificate/read-certificates.ts';
import {addSignCertificate} from './certificate/sign.ts';
import {addSummary} from './certificate/summary.ts';
import {addVerifyCertificate} from './certificate/verify.ts';
import {type AddCommand, done} from './command.ts';

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
			const {texts, note} = await readCertificates(file);
			const shown = texts.map(found =>
				json ? found : `${certificateLines(parseCertificate(found, file)).join('\n')}\n`,
			);
			if (note !== undefined) {
				stderr.write(`zeroize: ${doing}: ${note}\n`);
			}

			stdout.write(shown.join(''));

			finish(done);
		});
	addPdf(certificate, surroundings, finish);
	addSummary(certificate, surroundings, finish);
};
