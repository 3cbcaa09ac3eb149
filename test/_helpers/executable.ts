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

/** The processor time of each in seconds, in turn and the least of many: other suites run at the same time, and it waits for them. */
export const timesOfVersion = async (...files: readonly string[]): Promise<readonly number[]> => {
	const script = 'TIMEFORMAT="%U %S"; time "$1" --version 2>&1 >/dev/null';
	const least = files.map(() => Number.POSITIVE_INFINITY);
	for (let attempt = 0; attempt < 12; attempt += 1) {
		for (const [index, file] of files.entries()) {
			const [user, system] = (await run('bash', ['-c', `{ ${script}; } 2>&1`, 'bash', file])).split(' ');
			least[index] = Math.min(least[index] ?? 0, Number(user) + Number(system));
		}
	}

	return least;
};

/** Where the content of an asset begins: its name, its length and itself follow each other, the lengths in 64 bits. */
export const offsetOfAsset = (content: Buffer, name: string): number => {
	const header = Buffer.alloc(8);
	header.writeBigUInt64LE(BigInt(name.length));
	const at = content.indexOf(Buffer.concat([header, Buffer.from(name)]));
	return at === -1 ? at : at + header.length + name.length + header.length;
};
