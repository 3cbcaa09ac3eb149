import path from 'node:path';
import {build} from 'esbuild';
import {workerAsset} from '../../paper/draw.ts';

/** The scripts of the executable: the program itself, and what its thread for PDF files runs. */
export const bundle = async (
	root: string,
	directory: string,
): Promise<{readonly main: string; readonly paper: string}> => ({
	main: await bundleOne(root, 'src/cli.ts', path.join(directory, 'zeroize.cjs')),
	paper: await bundleOne(root, 'src/paper/worker.ts', path.join(directory, workerAsset)),
});

/**
A script with its dependencies as one CommonJS file: the one format that a single executable application of Node 24 takes. What its dependencies load lazily is inside too.
*/
const bundleOne = async (root: string, entry: string, outfile: string): Promise<string> => {
	const {warnings} = await build({
		absWorkingDir: root,
		entryPoints: [entry],
		outfile,
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

	return outfile;
};
