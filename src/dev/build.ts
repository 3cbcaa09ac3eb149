import {mkdir, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {bundle} from './build/bundle.ts';
import {prepareCodeCache} from './build/code-cache.ts';
import {makeExecutable} from './build/executable.ts';
import {type Architecture, nodeBinary} from './build/node-binary.ts';

const root = path.join(import.meta.dirname, '../..');

const fileNames: Readonly<Record<Architecture, string>> = {x64: 'zeroize', arm64: 'zeroize-arm64'};

/** Makes the executables for all processors in `directory`; returns their paths. */
export const build = async (directory: string): Promise<Readonly<Record<Architecture, string>>> => {
	await mkdir(directory, {recursive: true});
	const work = path.join(directory, `.build-${process.pid}`);
	await mkdir(work);
	try {
		const scripts = await bundle(root, work);
		const nodes = {x64: await nodeBinary(root, 'x64'), arm64: await nodeBinary(root, 'arm64')};
		const own = nodes[ownArchitecture()];
		const codeCache = await prepareCodeCache(scripts.main, work, own);
		const make = async (architecture: Architecture): Promise<string> => {
			const target = path.join(directory, fileNames[architecture]);
			await makeExecutable({
				root,
				work,
				scripts,
				// What V8 compiled is for the kind of processor that it was compiled on.
				codeCache: nodes[architecture] === own ? codeCache : undefined,
				target,
				node: nodes[architecture],
				own,
			});
			return target;
		};
		return {x64: await make('x64'), arm64: await make('arm64')};
	} finally {
		await rm(work, {recursive: true, force: true});
	}
};

const ownArchitecture = (): Architecture => {
	if (process.arch !== 'x64' && process.arch !== 'arm64') {
		throw new Error(`building on ${process.arch}: only x64 and arm64 can run what prepares the program`);
	}

	return process.arch;
};

if (import.meta.main) {
	for (const file of Object.values(await build(path.join(root, 'dist')))) {
		const {size} = await stat(file);
		process.stdout.write(`${path.relative('', file)}: ${(size / 1e6).toFixed(1)} MB\n`);
	}
}
