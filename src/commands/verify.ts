import {Option} from 'commander';
import type {AddCommand} from './command.ts';
import {
	atOnceOption,
	deviceOption,
	type ProgressChoice,
	parseVerifyOnly,
	progressOption,
	type VerifyChoice,
} from './options.ts';
import {defaultLogDir} from './session/places.ts';
import {loadRecipe} from './session/recipes.ts';
import {runSession} from './session/session.ts';
import {requireDevices} from './session/targets.ts';

interface VerifyOptions {
	readonly device: readonly string[];
	readonly verify?: VerifyChoice;
	readonly progress: ProgressChoice;
	readonly atOnce?: number;
}

export const addVerify: AddCommand = (program, surroundings, finish) => {
	program
		.command('verify')
		.description('read devices back and say whether they hold nothing but zeros; read only')
		.addOption(deviceOption())
		.addOption(
			new Option('--verify <how>', 'full or sampled[:PERCENT] (default: full)').argParser(parseVerifyOnly),
		)
		.addOption(atOnceOption())
		.addOption(progressOption())
		.addHelpText('after', '\nExample:\n  zeroize verify --device /dev/sdb --verify sampled:10')
		.action(async ({device, verify, progress, atOnce}: VerifyOptions) => {
			const host = 'system' as const;
			const recipe = await loadRecipe('verify-only', {host, uid: surroundings.uid});
			// A look leaves nothing behind: the journal stays in memory, so there is none to keep.
			const steps = recipe.steps.filter(({step}) => step !== 'keep-log');
			const request = {
				recipe: {...recipe, steps},
				targets: requireDevices(device),
				host,
				verify,
				atOnce,
				stateDir: null,
				logDir: defaultLogDir(surroundings.uid, surroundings.env),
				certificateFile: null,
			};
			finish(await runSession({request, progress, confirmations: [], stopsAfterPlan: false}, surroundings));
		});
};
