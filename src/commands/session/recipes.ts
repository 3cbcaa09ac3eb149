import {open} from 'node:fs/promises';
import {errnoOf, SanitizeError} from '../../errors.ts';
import {nearest, parseRecipe, type Recipe} from '../../recipe.ts';
import {steps} from '../../steps/index.ts';
import {readBuiltInRecipes} from './built-in-recipes.ts';

// A recipe is a page of text; whatever is larger is something else.
const maxRecipeBytes = 256 * 1024;

/**
The recipe with this name, or in this file.
@throws SanitizeError USAGE (no such recipe; names the nearest), RECIPE_INVALID.
*/
export const loadRecipe = async (nameOrFile: string): Promise<Recipe> => {
	const isFile = nameOrFile.includes('/') || /\.ya?ml$/.test(nameOrFile);
	if (isFile) {
		return parseRecipe(await readRecipeFile(nameOrFile), nameOrFile, steps);
	}

	const text = (await readBuiltInRecipes()).get(nameOrFile);
	if (text === undefined) {
		throw await noSuchRecipe(nameOrFile);
	}

	return parseBuiltIn(nameOrFile, text);
};

export const listRecipes = async (): Promise<readonly Recipe[]> =>
	[...(await readBuiltInRecipes())].map(([name, text]) => parseBuiltIn(name, text));

const parseBuiltIn = (name: string, text: string): Recipe => parseRecipe(text, `recipes/${name}.yaml`, steps);

const readRecipeFile = async (file: string): Promise<string> => {
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
		throw error instanceof SanitizeError ? error : await noSuchRecipe(file, error);
	}
};

const noSuchRecipe = async (asked: string, cause?: unknown): Promise<SanitizeError> => {
	const names = [...(await readBuiltInRecipes()).keys()];
	const near = nearest(asked, names);
	const why = cause === undefined ? '' : ` (${errnoOf(cause) ?? String(cause)})`;
	return new SanitizeError('USAGE', `there is no recipe "${asked}"${why}`, {
		hint: near ? `did you mean "${near}"?` : `name a file, or one of: ${names.join(', ')}`,
		cause,
	});
};
