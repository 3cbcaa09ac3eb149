import path from 'node:path';
import type {Command} from 'commander';
import {SanitizeError} from '../../errors.ts';
import {readOwnFile} from '../../files/read-file.ts';
import {draw} from '../../paper/draw.ts';
import {readFonts} from '../../paper/fonts.ts';
import type {PaperName} from '../../paper/paper-sizes.ts';
import {shown} from '../../shown.ts';
import {done, type Finish, type Surroundings} from '../command.ts';
import {checkOutputs, forceOption, paperOption, writeOutput} from './outputs.ts';
import {readAll} from './read-all.ts';

interface PdfOptions {
	readonly output?: string;
	readonly paper: PaperName;
	readonly font?: string;
	readonly force: boolean;
}

const longestNote = 4096;

const doing = 'certificate pdf';

export const addPdf = (certificate: Command, surroundings: Surroundings, finish: Finish): void => {
	certificate
		.command('pdf <file...>')
		.description('print certificates, or those in journals: one page each')
		.option('-o, --output <file>', 'all in this one (default: FILE.pdf beside each)')
		.addOption(paperOption())
		.option('--font <file>', 'for characters that the built-in font does not have (.ttf, .otf)')
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
	for (const note of found.notes) {
		stderr.write(`zeroize: ${doing}: ${shown(note, longestNote)}\n`);
	}

	const fonts = {...(await readFonts()), other: await readOther(font)};
	for (const document of documents) {
		const {texts} = document;
		const bytes = await draw({kind: 'certificates', texts, uncertified: [], paper, fonts}, signal);
		await writeOutput(document.output, bytes, force);
		stdout.write(`${document.output}: ${texts.length} ${texts.length === 1 ? 'page' : 'pages'}\n`);
	}
};

const besides = (file: string): string => path.join(path.dirname(file), `${path.parse(file).name}.pdf`);

// The largest with all of Chinese, Japanese and Korean have some 20 MB.
const mostFontBytes = 64 * 1024 * 1024;

export const readOther = async (file: string | undefined): Promise<Uint8Array | undefined> =>
	file === undefined
		? undefined
		: readOwnFile(file, {
				maxBytes: mostFontBytes,
				refuse: (message, cause) =>
					new SanitizeError('USAGE', message, {hint: 'give one TrueType or OpenType font', cause}),
			});
