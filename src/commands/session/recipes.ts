import {isUtf8} from 'node:buffer';
import {lstat, realpath} from 'node:fs/promises';
import path from 'node:path';
import {errnoOf, SanitizeError} from '../../errors.ts';
import {findStranger} from '../../files/ownership.ts';
import {readOwnFile} from '../../files/read-file.ts';
import type {HostName} from '../../hosts/host.ts';
import {nearest, parseRecipe, type Recipe} from '../../recipe.ts';
import {steps} from '../../steps/index.ts';
import {readBuiltInRecipes} from './built-in-recipes.ts';

// A recipe is a page of text; whatever is larger is something else.
const maxRecipeBytes = 64 * 1024;

/** What a recipe will be carried out on, and by whom. */
interface RecipeUse {
	readonly host: HostName;
	readonly uid: number;
}

/**
The recipe with this name, or in this file. One for the real machine must be in a file that nobody else can change: it says what root will do.
@throws SanitizeError USAGE (no such recipe; names the nearest), RECIPE_INVALID, FILE_NOT_TRUSTED.
*/
export const loadRecipe = async (nameOrFile: string, use: RecipeUse): Promise<Recipe> => {
	const isFile = nameOrFile.includes('/') || /\.ya?ml$/.test(nameOrFile);
	if (isFile) {
		return parseRecipe(await readRecipeFile(nameOrFile, use), nameOrFile, steps);
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

const readRecipeFile = async (file: string, {host, uid}: RecipeUse): Promise<string> => {
	try {
		const bytes = await readOwnFile(file, {
			maxBytes: maxRecipeBytes,
			refuse: (message, cause) =>
				new SanitizeError('RECIPE_INVALID', message, {
					hint: 'a recipe is a file of at most 64 KiB; see: zeroize recipes',
					cause,
				}),
			check: async handle => {
				if (host === 'system') {
					await requireOwnRecipe(file, await handle.stat(), uid);
				}
			},
		});
		if (!isUtf8(bytes)) {
			throw new SanitizeError('RECIPE_INVALID', `reading ${file}: it is not text in UTF-8`, {
				hint: 'save it as UTF-8',
			});
		}

		return bytes.toString();
	} catch (error) {
		const isMissing = error instanceof SanitizeError && errnoOf(error.cause) !== undefined;
		throw isMissing ? await noSuchRecipe(file, error.cause) : error;
	}
};

/** Looks at what was opened, where it is, and the link that led there. */
const requireOwnRecipe = async (
	file: string,
	stats: {readonly uid: number; readonly mode: number},
	uid: number,
): Promise<void> => {
	const link = await lstat(file);
	const absolute = path.resolve(file);
	const stranger =
		(await findStranger(await realpath(file), stats, uid)) ??
		// A link has no mode of its own.
		(await findStranger(absolute, {uid: link.uid, mode: link.isSymbolicLink() ? 0 : link.mode}, uid));
	if (stranger) {
		throw new SanitizeError(
			'FILE_NOT_TRUSTED',
			`reading ${file}: it may not say what is done to this machine: ${stranger.reason}`,
			{hint: `${stranger.hint}; to try it without: --host rehearsal`},
		);
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
