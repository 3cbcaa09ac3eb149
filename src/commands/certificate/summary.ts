import type {Command} from 'commander';
import {parseCertificate} from '../../certificate.ts';
import {SanitizeError} from '../../errors.ts';
import {csvOf} from '../../paper/csv.ts';
import {draw} from '../../paper/draw.ts';
import type {PaperName} from '../../paper/paper-sizes.ts';
import {summaryRow} from '../../paper/summary.ts';
import {done, type Finish, type Surroundings} from '../command.ts';
import {fontOption, fontsWith} from './fonts.ts';
import {checkOutputs, forceOption, paperOption, writeOutput} from './outputs.ts';
import {readAll, tellNotes} from './read-all.ts';

interface SummaryOptions {
	readonly csv?: string;
	readonly pdf?: string;
	readonly paper: PaperName;
	readonly font?: string;
	readonly force: boolean;
}

const doing = 'certificate summary';

export const addSummary = (certificate: Command, surroundings: Surroundings, finish: Finish): void => {
	certificate
		.command('summary <file...>')
		.description('list the devices of many certificates or journals')
		.option('--csv <file>', 'as a table for programs and spreadsheets, a line each')
		.option('--pdf <file>', 'on paper: 60 devices and more on a page')
		.addOption(paperOption())
		.addOption(fontOption())
		.addOption(forceOption())
		.addHelpText('after', '\nExample:\n  zeroize certificate summary RUN*/certificate.json --pdf batch.pdf')
		.action(async (files: readonly string[], options: SummaryOptions) => {
			await summarize(files, options, surroundings);
			finish(done);
		});
};

const summarize = async (
	files: readonly string[],
	{csv, pdf, paper, font, force}: SummaryOptions,
	{stdout, stderr, signal}: Surroundings,
): Promise<void> => {
	const outputs = [csv, pdf].filter(file => file !== undefined);
	if (outputs.length === 0) {
		throw new SanitizeError('USAGE', 'neither a CSV nor a PDF file was named', {
			hint: 'give --csv FILE, --pdf FILE or both',
		});
	}

	const all = await readAll(files);
	await checkOutputs(outputs, {inputs: files, force});
	tellNotes(all, doing, stderr);
	const certificates = all.files.flatMap(({file, texts}) =>
		texts.map(text => ({text, certificate: parseCertificate(text, file)})),
	);
	const devices = `${certificates.length} ${certificates.length === 1 ? 'device' : 'devices'}`;
	if (csv !== undefined) {
		await writeOutput(csv, csvOf(certificates.map(summaryRow)), force);
		stdout.write(`${csv}: ${devices}\n`);
	}

	if (pdf !== undefined) {
		const fonts = await fontsWith(font);
		const {uncertified} = all;
		const texts = certificates.map(({text}) => text);
		const bytes = await draw({kind: 'summary', texts, uncertified, paper, fonts}, signal);
		await writeOutput(pdf, bytes, force);
		stdout.write(`${pdf}: ${devices}\n`);
	}
};
