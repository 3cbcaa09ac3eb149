import path from 'node:path';
import type {Command} from 'commander';
import {draw} from '../../paper/draw.ts';
import type {PaperName} from '../../paper/paper-sizes.ts';
import {done, type Finish, type Surroundings} from '../command.ts';
import {fontOption, fontsWith} from './fonts.ts';
import {checkOutputs, forceOption, paperOption, writeOutput} from './outputs.ts';
import {readAll, tellNotes} from './read-all.ts';

interface PdfOptions {
	readonly output?: string;
	readonly paper: PaperName;
	readonly font?: string;
	readonly force: boolean;
}

const doing = 'certificate pdf';

export const addPdf = (certificate: Command, surroundings: Surroundings, finish: Finish): void => {
	certificate
		.command('pdf <file...>')
		.description('print certificates, or those in journals: one page each')
		.option('-o, --output <file>', 'all in this one (default: FILE.pdf beside each)')
		.addOption(paperOption())
		.addOption(fontOption())
		.addOption(forceOption())
		.addHelpText('after', '\nExample:\n  zeroize certificate pdf /var/log/zeroize/RUN/certificate.json')
		.action(async (files: readonly string[], options: PdfOptions) => {
			await printCertificates(files, options, surroundings);
			finish(done);
		});
};

const printCertificates = async (
	files: readonly string[],
	{output, paper, font, force}: PdfOptions,
	{stdout, stderr, signal}: Surroundings,
): Promise<void> => {
	const found = await readAll(files);
	const documents =
		output === undefined
			? found.files
					.filter(({texts}) => texts.length > 0)
					.map(({file, texts}) => ({output: besides(file), texts}))
			: [{output, texts: found.files.flatMap(({texts}) => texts)}];
	await checkOutputs(
		documents.map(it => it.output),
		{inputs: files, force},
	);
	tellNotes(found, doing, stderr);
	const fonts = await fontsWith(font);
	for (const document of documents) {
		const {texts} = document;
		const bytes = await draw({kind: 'certificates', texts, uncertified: [], paper, fonts}, signal);
		await writeOutput(document.output, bytes, force);
		stdout.write(`${document.output}: ${texts.length} ${texts.length === 1 ? 'page' : 'pages'}\n`);
	}
};

const besides = (file: string): string => path.join(path.dirname(file), `${path.parse(file).name}.pdf`);
