import path from 'node:path';
import {Script} from 'node:vm';
import {programAsset} from './assets.ts';
import {type Load, loadLater} from './load-later.ts';

/**
A CommonJS script, compiled but not run; much sooner with the bytecode of an earlier time. That must have been made from the very same text: V8 looks at its own version and flags, but at nothing of the text but its length.
*/
export const compile = (source: string, cachedData?: Uint8Array): Script =>
	new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
		filename: programAsset,
		cachedData,
	});

/** Runs it as a file of this directory. */
export const start = (script: Script, load: Load, directory: string): void => {
	const module = {exports: {}};
	script.runInThisContext()(
		module.exports,
		loadLater(load),
		module,
		path.join(directory, programAsset),
		directory,
	);
};
