import path from 'node:path';
import {$} from 'zx';
import {codeCacheAsset} from './assets.ts';
import type {NodeBinary} from './node-binary.ts';

/**
Rehearses with the bundled program and keeps what V8 compiled for it, so that no run needs to compile that again. Returns the path of the file.
*/
export const prepareCodeCache = async (
	main: string,
	work: string,
	{file: node}: NodeBinary,
): Promise<string> => {
	const cache = path.join(work, codeCacheAsset);
	const rehearsal = [
		...['rehearse', 'erase', '--size', '4MiB', '--eraser', 'direct', '--progress', 'json'],
		...['--state-dir', work, '--log-dir', path.join(work, 'log')],
	];
	await $({
		cwd: work,
		env: {...process.env, TMPDIR: work},
		quiet: true,
		timeout: '60s',
	})`${node} ${path.join(import.meta.dirname, 'warm-up.ts')} ${main} ${cache} ${rehearsal}`;
	return cache;
};
