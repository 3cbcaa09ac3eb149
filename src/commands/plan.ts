import type {AddCommand} from './command.ts';
import {addRunOptions, type RunOptions} from './options.ts';
import {loadRequested, toRequest} from './run.ts';
import {runSession} from './session/session.ts';

export const addPlan: AddCommand = (program, surroundings, finish) => {
	addRunOptions(
		program.command('plan <recipe>').description('show what run would do, exactly; touch nothing'),
	)
		.addHelpText('after', '\nExample:\n  zeroize plan ssr-zeroize --device /dev/sda')
		.action(async (recipe: string, options: RunOptions) => {
			const request = toRequest(await loadRequested(recipe, options, surroundings), options, surroundings);
			const {progress} = options;
			finish(await runSession({request, progress, confirmations: [], stopsAfterPlan: true}, surroundings));
		});
};
