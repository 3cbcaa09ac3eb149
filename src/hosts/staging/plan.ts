import {stat, statfs} from 'node:fs/promises';
import path from 'node:path';
import {errnoOf} from '../../errors.ts';
import {fileError} from '../../files.ts';
import {standardDirectories} from '../../process/lookup.ts';
import type {Tools} from '../../process.ts';
import {findLibraries} from './libraries.ts';
import {followLinks, type StageLink} from './links.ts';

export interface StageFile {
	/** Real path: no part of it is a symbolic link. */
	readonly path: string;
	readonly totalBytes: number;
	/** Permission bits. */
	readonly mode: number;
}

/** What is to lie in RAM; plain JSON. */
export interface StagePlan {
	/** The program itself, as one file. */
	readonly executable: StageFile;
	/** Programs and libraries, each once. */
	readonly files: readonly StageFile[];
	/** The links through which they are found under the same names as now. */
	readonly links: readonly StageLink[];
	/** What all of it takes in a tmpfs: every file rounded up to pages, a page for each link. */
	readonly totalBytes: number;
}

export interface StageContents {
	/** Path of the one executable that this program is. */
	readonly executable: string;
	/** Names, looked up as {@link Tools.find} does, or absolute paths. */
	readonly programs: readonly string[];
}

const loaderCache = '/etc/ld.so.cache';

/**
Looks at what has to be taken along, and reads alone: it is good for planning too.
@throws SanitizeError TOOL_MISSING (a program or a library, by name), UNSUPPORTED (a script), TOOL_FAILED, PLACE_UNUSABLE, NO_PERMISSION.
*/
export const planStage = async ({executable, programs}: StageContents, tools: Tools): Promise<StagePlan> => {
	const found = await Promise.all(
		programs.map(async program => (path.isAbsolute(program) ? program : tools.find(program))),
	);
	const libraries = await Promise.all([executable, ...found].map(async file => findLibraries(tools, file)));
	const paths = [...new Set([...found, ...libraries.flat(), ...(await existing(loaderCache))])];
	const chains = await Promise.all(paths.map(followLinks));
	const self = await measure((await followLinks(path.resolve(executable))).realPath);
	const files = await Promise.all([...new Set(chains.map(({realPath}) => realPath))].sort().map(measure));
	const links = uniqueLinks([...chains.flatMap(chain => chain.links), ...shortcuts(found)]);
	const {bsize: pageBytes} = await statfs('/proc');
	const pages = [self, ...files].reduce((sum, {totalBytes}) => sum + Math.ceil(totalBytes / pageBytes), 0);
	return {executable: self, files, links, totalBytes: (pages + links.length) * pageBytes};
};

/** Later the search path is the standard one: what was found elsewhere gets a name there. */
const shortcuts = (programs: readonly string[]): StageLink[] =>
	programs
		.filter(program => !standardDirectories.some(directory => directory === path.dirname(program)))
		.map(program => ({path: path.join('/usr/local/bin', path.basename(program)), target: program}));

const uniqueLinks = (links: readonly StageLink[]): StageLink[] =>
	[...new Map(links.map(link => [link.path, link])).values()].sort((a, b) => (a.path < b.path ? -1 : 1));

const measure = async (file: string): Promise<StageFile> => {
	try {
		const {size, mode} = await stat(file);
		// Set-user-ID means nothing where only root is.
		return {path: file, totalBytes: size, mode: mode & 0o777};
	} catch (error) {
		throw fileError(`looking at ${file}`, error);
	}
};

const existing = async (file: string): Promise<string[]> => {
	try {
		await stat(file);
		return [file];
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') {
			return [];
		}

		throw fileError(`looking at ${file}`, error);
	}
};
