import path from 'node:path';
import {build} from 'esbuild';

/**
The whole program with its dependencies as one CommonJS script in `directory`: the one format that a single executable application of Node 24 takes. What its dependencies load lazily is inside too.
*/
export const bundle = async (root: string, directory: string): Promise<string> => {
	const outfile = path.join(directory, 'zeroize.cjs');
	const {warnings} = await build({
		absWorkingDir: root,
		entryPoints: ['src/cli.ts'],
		outfile,
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'node24',
		define: {'import.meta.main': 'true', 'import.meta.dirname': '__dirname'},
		logLevel: 'silent',
	});
	// What esbuild only warns of, such as a module that it cannot see, fails when it is too late.
	if (warnings.length > 0) {
		throw new Error(`bundling src/cli.ts: ${warnings.map(({text}) => text).join('; ')}`);
	}

	return outfile;
};
