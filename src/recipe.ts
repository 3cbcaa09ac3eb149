import * as v from 'valibot';
import {SanitizeError} from './errors.ts';
import type {Phase} from './plan.ts';
import {describeIssue} from './recipe/problems.ts';
import {type Problem, readSource, type Source} from './recipe/source.ts';
import type {Step} from './steps/step.ts';

export {nearest} from './recipe/problems.ts';

/** One step of a recipe: its name and its checked options, defaults filled in. */
export interface RecipeStep {
	readonly step: string;
	readonly options: Readonly<Record<string, unknown>>;
	/** Line in the recipe file, from 1. */
	readonly line: number;
}

/** A procedure as data. It can name steps, never carry code. */
export interface Recipe {
	readonly name: string;
	readonly title: string;
	readonly summary: string;
	/** The document that the procedure comes from. */
	readonly source?: string | undefined;
	/** Whether a partition may stand where a disk is meant. */
	readonly allowPartition: boolean;
	readonly steps: readonly RecipeStep[];
}

const phases: readonly Phase[] = ['prepare', 'purge', 'erase', 'verify', 'aftercare', 'halt'];

const shownProblems = 5;

const mostSteps = 100;

/**
Reads a recipe file's text and checks it against the options of the steps that this build knows. `file` is how the file is called in messages.

@throws SanitizeError RECIPE_INVALID with every problem and its line, the first one first.
*/
export const parseRecipe = (text: string, file: string, steps: readonly Step[]): Recipe => {
	const source = readSource(text);
	refuse(file, source.problems);
	const schema = recipeSchema(steps);
	const {success, output, issues} = v.safeParse(schema, source.value);
	if (!success) {
		const problems = issues.flatMap(issue => describeIssue(issue, schema, source));
		throw recipeInvalid(file, problems);
	}

	const recipe = {...output, steps: output.steps.map((entry, index) => recipeStep(entry, index, source))};
	refuse(
		file,
		[phaseProblems, endProblems, repetitions, loosePurges].flatMap(rule => rule(recipe.steps, steps)),
	);
	return recipe;
};

/** The shape of a recipe made of these steps: what a file is checked against, and what `recipes/schema.json` is made from. A message in it says what the value must be. */
export const recipeSchema = (steps: readonly Step[]) =>
	v.strictObject({
		name: v.pipe(
			v.string(),
			v.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'lower-case words joined by hyphens, such as ssr-zeroize'),
			v.description('name of the recipe, the same as its file name'),
		),
		title: v.pipe(line(), v.description('what it does, in the imperative')),
		summary: v.pipe(line(), v.description('one line for `zeroize recipes`')),
		source: v.optional(v.pipe(line(), v.description('the document that the procedure comes from'))),
		allowPartition: v.optional(
			v.pipe(v.boolean(), v.description('whether a partition may stand where a disk is meant')),
			false,
		),
		steps: v.pipe(
			v.array(v.variant('step', steps.map(stepSchema))),
			v.minLength(1, 'a list of at least one step'),
			v.maxLength(mostSteps, `a list of at most ${mostSteps} steps`),
			v.description('what is done, in this order'),
		),
	});

const line = () =>
	v.pipe(
		v.string(),
		v.regex(/^\S(?:.*\S)?$/, 'one line of text'),
		v.check(text => !/\p{Cc}/u.test(text), 'text without control characters'),
	);

const stepSchema = ({name, summary, options}: Step) =>
	v.pipe(v.strictObject({step: v.literal(name), ...options}), v.title(name), v.description(summary));

const recipeStep = (entry: {readonly step: string}, index: number, source: Source): RecipeStep => {
	const {step, ...options} = entry;
	return {step, options, line: source.lineAt(['steps', index])};
};

const phaseProblems = (recipeSteps: readonly RecipeStep[], steps: readonly Step[]): readonly Problem[] => {
	const phaseOf = (name: string) => steps.find(step => step.name === name)?.phase ?? 'halt';
	return recipeSteps.flatMap(({step, line}, index) => {
		const above = recipeSteps[index - 1]?.step ?? step;
		return phases.indexOf(phaseOf(step)) >= phases.indexOf(phaseOf(above))
			? []
			: [
					{
						line,
						message: `step "${step}" (${phaseOf(step)}) cannot come after "${above}" (${phaseOf(above)})`,
						hint: `the order is: ${phases.join(', ')}`,
					},
				];
	});
};

const endProblems = (recipeSteps: readonly RecipeStep[], steps: readonly Step[]): readonly Problem[] => {
	const find = (name: string) => steps.find(step => step.name === name);
	return recipeSteps.flatMap(({step, line}, index) => {
		const end = recipeSteps
			.slice(0, index)
			.find(before => find(before.step)?.endsPhase && find(before.step)?.phase === find(step)?.phase);
		return end
			? [
					{
						line,
						message: `step "${step}" cannot come after "${end.step}"`,
						hint: `put it before "${end.step}"`,
					},
				]
			: [];
	});
};

// Only what prepares the machine may be done again, with other options: a second erase would outdate the first one's proof.
const repetitions = (recipeSteps: readonly RecipeStep[], steps: readonly Step[]): readonly Problem[] =>
	recipeSteps.flatMap(({step, line}, index) => {
		const isRepeated = recipeSteps.slice(0, index).some(earlier => earlier.step === step);
		return isRepeated && steps.find(({name}) => name === step)?.phase !== 'prepare'
			? [{line, message: `step "${step}" stands a second time`, hint: `leave one "${step}"`}]
			: [];
	});

// What a drive left is verified otherwise: a purge alone is a way to erase.
const loosePurges = (recipeSteps: readonly RecipeStep[], steps: readonly Step[]): readonly Problem[] => {
	const isOf = (wanted: Phase) => (entry: RecipeStep) =>
		steps.find(({name}) => name === entry.step)?.phase === wanted;
	return recipeSteps.some(isOf('erase'))
		? []
		: recipeSteps.filter(isOf('purge')).map(({step, line}) => ({
				line,
				message: `step "${step}" is followed by no erase`,
				hint: 'add "- step: erase" behind it; for a purge alone take "- {step: erase, method: purge}" in its place',
			}));
};

const refuse = (file: string, problems: readonly Problem[]): void => {
	if (problems.length > 0) {
		throw recipeInvalid(file, problems);
	}
};

const recipeInvalid = (file: string, problems: readonly Problem[]): SanitizeError => {
	const sorted = problems.toSorted((a, b) => a.line - b.line);
	const lines = [...new Set(sorted.map(({line, message}) => `${file}:${line}: ${message}`))];
	const more = lines.length > shownProblems ? [`and ${lines.length - shownProblems} more`] : [];
	const message = [...lines.slice(0, shownProblems), ...more].join('\n');
	return new SanitizeError('RECIPE_INVALID', message, {hint: sorted[0]?.hint});
};
