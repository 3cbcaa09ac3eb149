import {open, readdir} from 'node:fs/promises';
import path from 'node:path';
import {errnoOf, SanitizeError} from '../../errors.ts';
import {nearest, parseRecipe, type Recipe} from '../../recipe.ts';
import {steps} from '../../steps/index.ts';

const recipesDir = path.join(import.meta.dirname, '../../../recipes');

// A recipe is a page of text; whatever is larger is something else.
const maxRecipeBytes = 256 * 1024;

/**
The recipe with this name, or in this file.
@throws SanitizeError USAGE (no such recipe; names the nearest), RECIPE_INVALID.
*/
export const loadRecipe = async (nameOrFile: string): Promise<Recipe> => {
	const isFile = nameOrFile.includes('/') || /\.ya?ml$/.test(nameOrFile);
	const file = isFile ? nameOrFile : path.join(recipesDir, `${nameOrFile}.yaml`);
	const shown = isFile ? nameOrFile : `recipes/${nameOrFile}.yaml`;
	return parseRecipe(await readRecipe(file, nameOrFile), shown, steps);
};

export const listRecipes = async (): Promise<readonly Recipe[]> => {
	const names = await recipeNames();
	return Promise.all(names.map(name => loadRecipe(name)));
};

const recipeNames = async (): Promise<readonly string[]> => {
	const files = await readdir(recipesDir);
	return files.flatMap(file => (file.endsWith('.yaml') ? [file.slice(0, -'.yaml'.length)] : [])).sort();
};

const readRecipe = async (file: string, asked: string): Promise<string> => {
	try {
		await using handle = await open(file);
		const stats = await handle.stat();
		if (!stats.isFile() || stats.size > maxRecipeBytes) {
			throw new SanitizeError(
				'RECIPE_INVALID',
				`reading ${file}: it is not a recipe file of at most 256 KiB`,
				{
					hint: 'see: zeroize recipes',
				},
			);
		}

		return await handle.readFile('utf8');
	} catch (error) {
		if (error instanceof SanitizeError) {
			throw error;
		}

		const names = await recipeNames();
		const near = nearest(asked, names);
		throw new SanitizeError('USAGE', `there is no recipe "${asked}" (${errnoOf(error) ?? String(error)})`, {
			hint: near ? `did you mean "${near}"?` : `name a file, or one of: ${names.join(', ')}`,
			cause: error,
		});
	}
};
