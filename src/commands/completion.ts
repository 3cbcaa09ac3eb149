import tab from '@bomb.sh/tab/commander';
import {erasers} from '../erasers/index.ts';
import type {AddCommand} from './command.ts';

/** `zeroize completion bash|zsh` prints a script; what it calls back is the hidden `complete`. Must be added after the others. */
export const addCompletion: AddCommand = program => {
	const root = tab(program, {completionCommandName: 'completion'});
	for (const name of ['run', 'plan', 'rehearse']) {
		const command = root.commands.get(name);
		command?.option('verify', 'how much is read back', complete => {
			for (const value of ['full', 'sampled', 'none']) {
				complete(value, '');
			}
		});
		command?.option('eraser', 'instead of what the recipe says', complete => {
			for (const {name, summary} of [{name: 'auto', summary: 'the first that can'}, ...erasers]) {
				complete(name, summary);
			}
		});
	}
};
