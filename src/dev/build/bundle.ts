import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {build} from 'esbuild';
import {workerAsset} from '../../paper/draw.ts';
import {programAsset} from './assets.ts';

/** The scripts of the executable. */
export interface Scripts {
	/** What it begins with. */
	readonly launch: string;
	readonly main: string;
	/** What its thread for PDF files runs. */
	readonly paper: string;
}

export const bundle = async (root: string, directory: string): Promise<Scripts> => ({
	main: await bundleOne(root, 'src/cli.ts', path.join(directory, programAsset)),
	launch: await bundleOne(root, 'src/dev/build/launch.ts', path.join(directory, 'launch.cjs')),
	paper: await bundleOne(root, 'src/paper/worker.ts', path.join(directory, workerAsset)),
});

/**
A script with its dependencies as one CommonJS file, the one format that a single executable application of Node 24 takes; in ASCII. What its dependencies load lazily is inside too.
*/
const bundleOne = async (root: string, entry: string, outfile: string): Promise<string> => {
	const {warnings, outputFiles} = await build({
		absWorkingDir: root,
		entryPoints: [entry],
		outfile,
		write: false,
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'node24',
		define: {
			'import.meta.main': 'true',
			'import.meta.dirname': '__dirname',
			// The PDF library names files with it that are never read: its own fonts and a colour profile.
			'import.meta.url': '"file:///zeroize"',
		},
		logLevel: 'silent',
	});
	// What esbuild only warns of, such as a module that it cannot see, fails when it is too late.
	if (warnings.length > 0) {
		throw new Error(`bundling ${entry}: ${warnings.map(({text}) => text).join('; ')}`);
	}

	for (const {path: file, text} of outputFiles) {
		await writeFile(file, toAscii(withoutHashbang(text)));
	}

	return outfile;
};

const withoutHashbang = (script: string): string => script.replace(/^#!.*\n/, '');

// esbuild leaves regular expressions as they are, in which such an escape means the same unless a backslash stands before it. One character beyond Latin 1 doubles the memory of the whole script.
const toAscii = (script: string): string =>
	script.replaceAll(
		/[^\0-\x7F]/g,
		character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
