import {execFile} from 'node:child_process';
import {cp, mkdir} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';

const runFile = promisify(execFile);

/** Runs a program with a clean environment: the test runner's, coverage among it, is not its business. */
export const run = async (
	file: string,
	args: readonly string[],
	{cwd, env}: {readonly cwd?: string; readonly env?: Readonly<Record<string, string>>} = {},
): Promise<string> => {
	const {stdout} = await runFile(file, args, {
		...(cwd !== undefined && {cwd}),
		// Node hands it down unless it is named.
		env: {PATH: process.env['PATH'], NODE_V8_COVERAGE: undefined, ...env},
		maxBuffer: 64 * 1024 * 1024,
	});
	return stdout;
};

export const hasTool = async (name: string): Promise<boolean> =>
	run('sh', ['-c', 'command -v "$1"', 'sh', name]).then(
		() => true,
		() => false,
	);

/** Fills `root` with `executable` as `/zeroize`, the libraries that it is linked to, and not one thing more. */
export const fillRoot = async (root: string, executable: string): Promise<void> => {
	const libraries = (await run('ldd', [executable])).match(/\/\S+/g) ?? [];
	for (const library of libraries) {
		await mkdir(path.dirname(path.join(root, library)), {recursive: true});
		await cp(library, path.join(root, library), {dereference: true});
	}

	await cp(executable, path.join(root, 'zeroize'));
};

/** What `readelf` says of the dynamic linking: libraries, and the highest version of each kind of symbol. */
export const readNeeds = async (executable: string) => {
	const dynamic = await run('readelf', ['--wide', '--dynamic', executable]);
	const versions = await run('readelf', ['--wide', '--version-info', executable]);
	return {
		libraries: [...dynamic.matchAll(/\(NEEDED\)[^[]*\[([^\]]+)\]/g)].map(([, name = '']) => name).sort(),
		highest: (kind: string): string | undefined =>
			[...versions.matchAll(new RegExp(`Name: ${kind}_([0-9.]+)`, 'g'))]
				.map(([, version = '']) => version)
				.sort((a, b) => a.localeCompare(b, 'en', {numeric: true}))
				.at(-1),
	};
};

/** Segments that are mapped into memory, and how far their file offsets and addresses are from a page's start. */
export const readSegments = async (executable: string, pageBytes: number) => {
	const headers = await run('readelf', ['--wide', '--program-headers', executable]);
	return [...headers.matchAll(/^ +LOAD +(0x\S+) (0x\S+)/gm)].map(([, offset = '', address = '']) => ({
		offset: Number(offset) % pageBytes,
		address: Number(address) % pageBytes,
	}));
};
