import {erasers} from '../erasers/index.ts';
import {describePasses, type Scheme} from '../erasers/pattern/scheme.ts';
import {steps} from '../steps/index.ts';
import {type AddCommand, done} from './command.ts';
import {listRecipes} from './session/recipes.ts';
import {writeList} from './text/table.ts';

interface ListOptions {
	readonly json: boolean;
}

export const addRecipes: AddCommand = (program, {stdout}, finish) => {
	program
		.command('recipes')
		.description('the recipes that this build knows')
		.option('--json', 'as JSON', false)
		.addHelpText('after', '\nExample:\n  zeroize recipes --json')
		.action(async ({json}: ListOptions) => {
			const recipes = await listRecipes();
			const rows = recipes.map(({name, title, summary, steps}) => ({
				name,
				title,
				summary,
				steps: steps.map(({step}) => step),
			}));
			writeList(stdout, rows, json, ({name, title, steps}) => [name, `${title}: ${steps.join(', ')}`]);
			finish(done);
		});
};

export const addErasers: AddCommand = (program, {stdout}, finish) => {
	program
		.command('erasers')
		.description('the erasers that this build knows')
		.option('--json', 'as JSON', false)
		.addHelpText('after', '\nExample:\n  zeroize erasers')
		.action(({json}: ListOptions) => {
			const rows = erasers.map(({name, summary, method, technique, tools, schemes = []}) => ({
				name,
				summary,
				method,
				technique,
				tools,
				schemes: schemes.map((scheme, index) => ({...scheme, isDefault: index === 0})),
			}));
			if (json) {
				writeList(stdout, rows, json, () => ['', '']);
			} else {
				const lines = rows.flatMap(({name, summary, method, technique, schemes}) => [
					[name, `${summary} (${method}, ${technique})`] as const,
					...schemes.map(schemeColumns),
				]);
				writeList(stdout, lines, json, columns => columns);
			}

			finish(done);
		});
};

const schemeColumns = ({name, aliases, title, passes, isDefault}: Scheme & {isDefault: boolean}) => {
	const also = [...(isDefault ? ['the default'] : []), ...aliases.map(alias => `also ${alias}`)];
	const end = also.length === 0 ? '' : ` (${also.join(', ')})`;
	return [`  ${name}`, `${title}; ${describePasses(passes)}${end}`] as const;
};

export const addSteps: AddCommand = (program, {stdout}, finish) => {
	program
		.command('steps')
		.description('the steps that a recipe can name')
		.option('--json', 'as JSON', false)
		.addHelpText('after', '\nExample:\n  zeroize steps')
		.action(({json}: ListOptions) => {
			const rows = steps.map(({name, summary, phase, scope, options}) => ({
				name,
				summary,
				phase,
				scope,
				options: Object.keys(options),
			}));
			writeList(stdout, rows, json, ({name, summary, options}) => [
				name,
				options.length > 0 ? `${summary} (${options.join(', ')})` : summary,
			]);
			finish(done);
		});
};
