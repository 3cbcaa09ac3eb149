import {chmod, readdir, readFile, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {$} from 'zx';
import {fontFolder, fontNames} from '../../paper/fonts.ts';
import type {Scripts} from './bundle.ts';
import type {NodeBinary} from './node-binary.ts';
import {dropSymbols} from './symbols.ts';

interface Parts {
	readonly root: string;
	/** A directory for what lies between. */
	readonly work: string;
	readonly scripts: Scripts;
	/** For this processor alone. */
	readonly codeCache: string | undefined;
	readonly node: NodeBinary;
	/** The same release of Node for the machine that builds. */
	readonly own: NodeBinary;
	readonly target: string;
}

// https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Puts the program, the recipes and the fonts into a copy of the Node binary. */
export const makeExecutable = async (parts: Parts): Promise<void> => {
	const {root, work, node, target} = parts;
	const blob = await prepareBlob(parts);
	const file = path.join(work, path.basename(target));
	await writeFile(file, dropSymbols(await readFile(node.file)));
	await $({
		cwd: work,
		preferLocal: root,
		quiet: true,
	})`postject ${file} NODE_SEA_BLOB ${blob} --sentinel-fuse ${fuse}`;
	await chmod(file, 0o755);
	// One that is running cannot be written to, but replaced.
	await rename(file, target);
};

const prepareBlob = async ({root, work, scripts, codeCache, node, own}: Parts): Promise<string> => {
	const config = path.join(work, `${node.architecture}.json`);
	const output = path.join(work, `${node.architecture}.blob`);
	const recipes = (await readdir(path.join(root, 'recipes'))).filter(file => file.endsWith('.yaml'));
	await writeFile(
		config,
		JSON.stringify({
			// As it is written here it is kept in the executable: no path of the machine that builds.
			main: path.relative(work, scripts.launch),
			output,
			disableExperimentalSEAWarning: true,
			useSnapshot: false,
			useCodeCache: false,
			// In megabytes: a start leaves more behind than V8's first, small heap has room for, and would collect it five times.
			execArgv: ['--min-semi-space-size=16'],
			// NODE_OPTIONS of whoever starts it could load code of theirs.
			execArgvExtension: 'none',
			assets: Object.fromEntries(
				[
					...recipes.map(file => path.join(root, 'recipes', file)),
					...Object.values(fontNames).map(file => path.join(fontFolder, file)),
					scripts.main,
					scripts.paper,
					...(codeCache === undefined ? [] : [codeCache]),
				].map(file => [path.basename(file), file]),
			),
		}),
	);
	await $({cwd: work, quiet: true})`${own.file} --experimental-sea-config ${config}`;
	return output;
};
