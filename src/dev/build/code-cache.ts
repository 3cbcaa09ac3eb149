import {access} from 'node:fs/promises';
import path from 'node:path';
import {$} from 'zx';
import {codeCacheAsset} from './assets.ts';
import type {NodeBinary} from './node-binary.ts';

/**
Rehearses with the bundled program and keeps what V8 compiled for it, so that no run needs to compile that again. Returns the path of the file; where nothing can be rehearsed there is little in it, or none, and the executable only starts more slowly.
*/
export const prepareCodeCache = async (
	main: string,
	work: string,
	{file: node}: NodeBinary,
): Promise<string | undefined> => {
	const cache = path.join(work, codeCacheAsset);
	const rehearsal = [
		...['rehearse', 'erase', '--size', '4MiB', '--eraser', 'direct', '--progress', 'json'],
		...['--state-dir', work, '--log-dir', path.join(work, 'log')],
	];
	const {exitCode, stderr} = await $({
		cwd: work,
		// What the environment asks of Node, such as coverage, would be compiled in.
		env: {PATH: process.env['PATH'], TMPDIR: work},
		nothrow: true,
		quiet: true,
		timeout: '60s',
	})`${node} ${path.join(import.meta.dirname, 'warm-up.ts')} ${main} ${cache} ${rehearsal}`;
	if (exitCode !== 0) {
		process.stderr.write(`the executable will start more slowly: its rehearsal failed: ${stderr}\n`);
	}

	return access(cache).then(
		() => cache,
		() => undefined,
	);
};
