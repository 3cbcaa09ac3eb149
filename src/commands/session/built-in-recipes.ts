import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {getAsset, getAssetKeys, isSea} from 'node:sea';

const folder = path.join(import.meta.dirname, '../../../recipes');

/** The recipes that come with the program, text by name: inside the executable, or in the folder of a checkout. */
export const readBuiltInRecipes = async (): Promise<ReadonlyMap<string, string>> => {
	const files = isSea() ? getAssetKeys() : await readdir(folder);
	const recipes = files.filter(file => file.endsWith('.yaml')).sort();
	return new Map(
		await Promise.all(
			recipes.map(async file => [path.basename(file, '.yaml'), await readBuiltIn(file)] as const),
		),
	);
};

const readBuiltIn = async (file: string): Promise<string> =>
	isSea() ? getAsset(file, 'utf8') : readFile(path.join(folder, file), 'utf8');
