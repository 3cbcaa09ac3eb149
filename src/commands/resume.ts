import path from 'node:path';
import type {AddCommand} from './command.ts';
import {atOnceOption, keyOption, passphraseOption, progressOption} from './options.ts';
import {type ResumeOptions, resumeRun} from './session/resume.ts';

export const addResume: AddCommand = (program, surroundings, finish) => {
	program
		.command('resume <journal>')
		.description('continue an interrupted run')
		.addOption(atOnceOption('what the run was started with'))
		.addOption(progressOption())
		.addOption(keyOption('the file that the plan names'))
		.addOption(passphraseOption())
		.addHelpText('after', '\nExample:\n  zeroize resume /tmp/zeroize-RUN/journal.jsonl')
		.action(async (journal: string, options: ResumeOptions) => {
			finish(await resumeRun(path.resolve(journal), options, surroundings));
		});
};
