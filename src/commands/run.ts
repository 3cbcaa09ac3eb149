import path from 'node:path';
import type {Recipe} from '../recipe.ts';
import type {AddCommand, Surroundings} from './command.ts';
import {addRunOptions, type RunOptions} from './options.ts';
import {withDestinations} from './session/destinations.ts';
import {defaultLogDir} from './session/places.ts';
import type {RunRequest} from './session/prepare.ts';
import {loadRecipe} from './session/recipes.ts';
import {runSession} from './session/session.ts';
import {withKey} from './session/signing.ts';
import {requireDevices} from './session/targets.ts';

export const addRun: AddCommand = (program, surroundings, finish) => {
	addRunOptions(program.command('run <recipe>').description('carry out a recipe'))
		.addHelpText('after', '\nExample:\n  zeroize run erase --device /dev/sdb --confirm S5Y1NX0R123456')
		.action(async (recipe: string, options: RunOptions) => {
			const request = toRequest(await loadRequested(recipe, options, surroundings), options, surroundings);
			const {progress, confirm} = options;
			finish(
				await runSession({request, progress, confirmations: confirm, stopsAfterPlan: false}, surroundings),
			);
		});
};

const defaultHost = 'system';

/** @throws SanitizeError USAGE, RECIPE_INVALID, FILE_NOT_TRUSTED. */
export const loadRequested = async (
	recipe: string,
	{host = defaultHost}: RunOptions,
	{uid}: Surroundings,
): Promise<Recipe> => loadRecipe(recipe, {host, uid});

/** @throws SanitizeError USAGE. */
export const toRequest = (recipe: Recipe, options: RunOptions, {uid, env}: Surroundings): RunRequest => ({
	recipe: withKey(withDestinations(recipe, options.destination), options),
	targets: requireDevices(options.device),
	host: options.host ?? defaultHost,
	eraser: options.eraser,
	scheme: options.scheme,
	psidFile: options.psidFile === undefined ? undefined : path.resolve(options.psidFile),
	method: options.method,
	technique: options.technique,
	verify: options.verify,
	atOnce: options.atOnce,
	overlap: options.overlap,
	stateDir: path.resolve(options.stateDir),
	logDir: path.resolve(options.logDir ?? defaultLogDir(uid, env)),
	nonce: options.nonce,
	passphraseFile: options.passphraseFile,
	certificateFile: options.certificate === undefined ? null : path.resolve(options.certificate),
});
