import {readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {build} from '../build.ts';

/** `dist/zeroize`, built anew when one of its sources is younger. */
export const freshExecutable = async (root: string, say: (text: string) => void): Promise<string> => {
	const directory = path.join(root, 'dist');
	const executable = path.join(directory, process.arch === 'arm64' ? 'zeroize-arm64' : 'zeroize');
	if ((await youngestSource(root)) > (await changedAtMs(executable))) {
		say('building the executable');
		await build(directory);
	}

	return executable;
};

const youngestSource = async (root: string): Promise<number> => {
	const sources = ['package.json', 'package-lock.json'];
	for (const folder of ['src', 'recipes']) {
		for (const file of await readdir(path.join(root, folder), {recursive: true})) {
			// What measures it is no part of it.
			if (!file.startsWith('dev/bench')) {
				sources.push(path.join(folder, file));
			}
		}
	}

	return Math.max(...(await Promise.all(sources.map(file => changedAtMs(path.join(root, file))))));
};

const changedAtMs = async (file: string): Promise<number> =>
	stat(file).then(
		({mtimeMs}) => mtimeMs,
		() => 0,
	);
