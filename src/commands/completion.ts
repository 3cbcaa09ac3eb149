import {Argument} from 'commander';
import {type AddCommand, done} from './command.ts';
import {complete} from './completion/complete.ts';
import {bashScript, zshScript} from './completion/scripts.ts';
import {createSources} from './completion/sources.ts';

const scripts = {bash: bashScript, zsh: zshScript} as const;

/** `completion` prints a script for a shell; what the script calls at each press of the key is the hidden `complete`. */
export const addCompletion: AddCommand = (program, surroundings, finish) => {
	const {stdout} = surroundings;
	program
		.command('completion')
		.description('print the script that completes commands in a shell')
		.addArgument(new Argument('<shell>', 'the shell to print it for').choices(Object.keys(scripts)))
		.addHelpText('after', '\nExample:\n  source <(zeroize completion bash)')
		.action((shell: keyof typeof scripts) => {
			stdout.write(scripts[shell]);
			finish(done);
		});
	program
		.command('complete [words...]', {hidden: true})
		.description('print what the last of these words may become')
		.addHelpText('after', '\nExample:\n  zeroize complete -- run er')
		.action(async (words: readonly string[]) => {
			const {candidates, allowsFiles} = await complete(program, words, createSources(surroundings));
			stdout.write(candidates.map(({value, text}) => `${value}\t${text}\n`).join(''));
			stdout.write(allowsFiles ? ':files\n' : '');
			finish(done);
		});
};
