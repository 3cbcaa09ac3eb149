import path from 'node:path';
import type {SigningKey} from '../../certificate/signing-key.ts';
import {SanitizeError, toSanitizeError} from '../../errors.ts';
import {readKeyFile} from '../../keys/key-file.ts';
import type {Plan, PlannedKey, Refusal} from '../../plan.ts';
import type {Recipe, RecipeStep} from '../../recipe.ts';
import issueCertificate from '../../steps/issue-certificate.ts';
import type {Surroundings} from '../command.ts';
import {unlockKey} from './passphrase.ts';

export interface SigningChoice {
	/** File of the key, instead of what the recipe says. */
	readonly key?: string | undefined;
	readonly nonce?: string | undefined;
	readonly passphraseFile?: string | undefined;
}

const isIssue = ({step}: RecipeStep): boolean => step === issueCertificate.name;

/**
The recipe, signing with the key that `--key` names.
@throws SanitizeError USAGE when it issues no certificate.
*/
export const withKey = (recipe: Recipe, {key, nonce}: SigningChoice): Recipe => {
	if ((key !== undefined || nonce !== undefined) && !recipe.steps.some(isIssue)) {
		throw new SanitizeError('USAGE', `the recipe ${recipe.name} issues no certificate`, {
			hint: 'leave out --key and --nonce, or take a recipe with the step issue-certificate',
		});
	}

	const steps = recipe.steps.map(step =>
		isIssue(step) && key !== undefined ? {...step, options: {...step.options, key: path.resolve(key)}} : step,
	);
	return {...recipe, steps};
};

/** Looks at the key that the recipe names, without unlocking it. One that cannot be used is a refusal. */
export const lookAtKey = async (
	recipe: Recipe,
	surroundings: Pick<Surroundings, 'uid'>,
): Promise<{signing?: PlannedKey; refusals: readonly Refusal[]}> => {
	const file = recipe.steps.find(isIssue)?.options['key'];
	if (typeof file !== 'string') {
		return {refusals: []};
	}

	try {
		const key = await readKeyFile(path.resolve(file), surroundings);
		if (key.privateHalf === 'none') {
			// Says why.
			key.unlock();
		}

		return {signing: {file: key.file, keyId: key.keyId}, refusals: []};
	} catch (error) {
		const {code, message, hint = 'see: zeroize keys --help'} = unusable(error);
		return {refusals: [{code, message, hint}]};
	}
};

/**
The key that a plan signs with, unlocked; `undefined` where it signs nothing. `file` instead of the one that the plan names.
@throws SanitizeError KEY_UNUSABLE, also when it is another key; the signal's reason.
*/
export const unlockPlannedKey = async (
	{signing}: Pick<Plan, 'signing'>,
	{key: file, passphraseFile}: Pick<SigningChoice, 'key' | 'passphraseFile'>,
	surroundings: Surroundings,
): Promise<SigningKey | undefined> => {
	if (!signing) {
		return undefined;
	}

	try {
		const key = await readKeyFile(file ?? signing.file, surroundings);
		if (key.keyId !== signing.keyId) {
			throw new SanitizeError('KEY_INVALID', `${key.file} is the key ${key.keyId}, not ${signing.keyId}`, {
				hint: 'give the key that the run was planned with: --key FILE',
			});
		}

		return await unlockKey(key, passphraseFile, surroundings);
	} catch (error) {
		throw unusable(error);
	}
};

/** Of a run it is a refusal. */
const unusable = (thrown: unknown): SanitizeError => {
	const error = toSanitizeError(thrown);
	const {code, message, hint} = error;
	return code === 'KEY_INVALID' ? new SanitizeError('KEY_UNUSABLE', message, {hint, cause: error}) : error;
};
