import path from 'node:path';
import type {AddCommand} from './command.ts';
import {atOnceOption, type ProgressChoice, progressOption} from './options.ts';
import {resumeRun} from './session/resume.ts';

export const addResume: AddCommand = (program, surroundings, finish) => {
	program
		.command('resume <journal>')
		.description('continue an interrupted run')
		.addOption(atOnceOption('what the run was started with'))
		.addOption(progressOption())
		.addHelpText('after', '\nExample:\n  zeroize resume /tmp/zeroize-RUN/journal.jsonl')
		.action(async (journal: string, options: {progress: ProgressChoice; atOnce?: number}) => {
			finish(await resumeRun(path.resolve(journal), options, surroundings));
		});
};
