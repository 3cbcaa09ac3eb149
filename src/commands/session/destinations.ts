import type {DestinationWish, PlannedDestination} from '../../destinations/destination.ts';
import {checkDestination, lookAtDestination} from '../../destinations/look.ts';
import type {DeviceFacts, DeviceSurroundings} from '../../devices/device.ts';
import {toSanitizeError} from '../../errors.ts';
import type {Refusal} from '../../plan.ts';
import type {Recipe, RecipeStep} from '../../recipe.ts';
import deliver, {type DeliverOptions, deliverDefaults} from '../../steps/deliver.ts';
import {steps} from '../../steps/index.ts';

const optionalPrefix = 'optional:';

/**
The recipe, delivering to what `--destination` names as well. One that has no step `deliver` gets it behind everything that makes records.
@throws SanitizeError USAGE.
*/
export const withDestinations = (recipe: Recipe, given: readonly string[]): Recipe => {
	if (given.length === 0) {
		return recipe;
	}

	const wishes = given.map(parseWish);
	const {options, line} = recipe.steps.find(isDeliver) ?? {options: deliverDefaults, line: 0};
	const step: RecipeStep = {
		step: deliver.name,
		options: {...options, destinations: [...wishesOf(options), ...wishes]},
		line,
	};
	return {...recipe, steps: recipe.steps.some(isDeliver) ? replaced(recipe, step) : inserted(recipe, step)};
};

// The step's schema has checked them.
const wishesOf = (options: RecipeStep['options']): DeliverOptions['destinations'] =>
	(options as unknown as DeliverOptions).destinations;

const parseWish = (text: string): DestinationWish => {
	const optional = text.startsWith(optionalPrefix);
	const wish = {to: optional ? text.slice(optionalPrefix.length) : text, optional};
	checkDestination(wish);
	return wish;
};

const isDeliver = ({step}: RecipeStep): boolean => step === deliver.name;

const replaced = (recipe: Recipe, step: RecipeStep): readonly RecipeStep[] =>
	recipe.steps.map(each => (isDeliver(each) ? step : each));

const inserted = (recipe: Recipe, step: RecipeStep): readonly RecipeStep[] => {
	const isHalt = ({step}: RecipeStep) => steps.find(({name}) => name === step)?.phase === 'halt';
	const rest = recipe.steps.filter(isHalt);
	return [...recipe.steps.slice(0, recipe.steps.length - rest.length), step, ...rest];
};

/** Looks for each destination of the recipe. One that is required and not found is a refusal. */
export const lookAtDestinations = async (
	recipe: Recipe,
	devices: readonly DeviceFacts[],
	{tools, root}: DeviceSurroundings,
): Promise<{destinations: readonly PlannedDestination[]; refusals: readonly Refusal[]}> => {
	const wishes = recipe.steps.filter(isDeliver).flatMap(({options}) => wishesOf(options));
	const surroundings = {tools, root, erased: devices};
	const looked = await Promise.all(
		wishes.map(async wish =>
			lookAtDestination(wish, surroundings).then(
				destination => ({destination}),
				(error: unknown) => ({refusal: toRefusal(error, wish)}),
			),
		),
	);
	return {
		destinations: looked.flatMap(found => ('destination' in found ? [found.destination] : [])),
		refusals: looked.flatMap(found => ('refusal' in found ? [found.refusal] : [])),
	};
};

const toRefusal = (thrown: unknown, {to}: DestinationWish): Refusal => {
	const {code, message, hint} = toSanitizeError(thrown);
	if (code === 'INTERNAL') {
		throw thrown;
	}

	return {
		code,
		message: `looking for ${to}: ${message}`,
		hint: `${hint ?? 'see: zeroize --help'}; or mark it as optional`,
	};
};
