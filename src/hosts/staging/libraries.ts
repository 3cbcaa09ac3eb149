import {open} from 'node:fs/promises';
import path from 'node:path';
import {SanitizeError} from '../../errors.ts';
import {fileError} from '../../files.ts';
import type {Tools} from '../../process.ts';

const ldd = 'ldd';

const elfMagic = '\x7fELF';

/**
What glibc opens by itself once the program runs: ending a thread needs it. It lies beside libc on Debian and on Enterprise Linux. Name service modules are not here: nothing that is staged asks for users or hosts by name.
*/
const openedLater = ['libgcc_s.so.1'] as const;

/**
Absolute paths of the loader and of every shared library that a program needs, as the loader of this system finds them (ldd of libc-bin); symbolic links are not followed. Empty for a static program.
@throws SanitizeError TOOL_MISSING (ldd, or a library by its name), UNSUPPORTED (not an ELF program: a script needs an interpreter and its files), TOOL_FAILED, NO_PERMISSION, PLACE_UNUSABLE.
*/
export const findLibraries = async (tools: Tools, file: string): Promise<readonly string[]> => {
	await requireElf(file);
	// 1: not dynamic, or something is missing.
	const {stdout, stderr} = await tools.run(ldd, [file], {accept: [0, 1], timeoutMs: 30_000});
	const output = `${stdout}\n${stderr}`;
	requireNoneMissing(file, output);
	if (/^\s*(statically linked|not a dynamic executable)$/m.test(output)) {
		return [];
	}

	const libraries = parseLibraries(stdout);
	if (libraries.length === 0) {
		throw new SanitizeError('TOOL_FAILED', `looking for the libraries of ${file}: ldd names none`, {
			hint: `run ldd ${file} by hand to see what it says`,
		});
	}

	return [...new Set([...libraries, ...(await laterLibraries(libraries))])];
};

const requireElf = async (file: string): Promise<void> => {
	if ((await readStart(file)) !== elfMagic) {
		throw new SanitizeError('UNSUPPORTED', `looking for the libraries of ${file}: it is not an ELF program`, {
			hint: 'a script cannot be taken along: put the program itself in its place',
		});
	}
};

const readStart = async (file: string): Promise<string> => {
	try {
		await using handle = await open(file);
		const {buffer, bytesRead} = await handle.read(Buffer.alloc(elfMagic.length), 0, elfMagic.length, 0);
		return buffer.toString('latin1', 0, bytesRead);
	} catch (error) {
		throw fileError(`looking for the libraries of ${file}`, error);
	}
};

const requireNoneMissing = (file: string, output: string): void => {
	const missing = output
		.split('\n')
		.map(line => /^\s*(\S+) => not found/.exec(line)?.[1] ?? /(version `[^']+') not found/.exec(line)?.[1])
		.filter(name => name !== undefined);
	if (missing.length > 0) {
		throw new SanitizeError(
			'TOOL_MISSING',
			`looking for the libraries of ${file}: ${[...new Set(missing)].join(', ')} not found`,
			{hint: `repair the package that has ${file}: the program cannot start here either`},
		);
	}
};

/** `name => /path (0x…)`, and `/path (0x…)` for the loader, which may also be `/path => /other (0x…)`. */
const parseLibraries = (stdout: string): string[] =>
	stdout.split('\n').flatMap(line => {
		const [, name = '', target = name] = /^\s*(\S+)(?: => (\/.*))? \(0x[\da-f]+\)$/.exec(line) ?? [];
		return [name, target].filter(file => path.isAbsolute(file));
	});

const laterLibraries = async (libraries: readonly string[]): Promise<string[]> => {
	const libc = libraries.find(file => path.basename(file).startsWith('libc.so'));
	const candidates = libc === undefined ? [] : openedLater.map(name => path.join(path.dirname(libc), name));
	const found = await Promise.all(candidates.map(async file => ((await isReadable(file)) ? [file] : [])));
	return found.flat();
};

const isReadable = async (file: string): Promise<boolean> => {
	try {
		await (await open(file)).close();
		return true;
	} catch {
		return false;
	}
};
