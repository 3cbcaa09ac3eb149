import {chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createTools, type Tools} from '../../src/process.ts';
import type {Cleanup} from './cleanup.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');

export interface Answer {
	/** Shell pattern over all arguments, joined with a space; the first answer that fits is given. Fits everything by default. */
	readonly args?: string;
	readonly stdout?: string;
	readonly stderr?: string;
	readonly exitCode?: number;
	/** Name of a signal that it dies of, without SIG. */
	readonly signal?: string;
}

/** Answers, or the name of a program in fixtures/bin. */
type FakeTool = readonly Answer[] | string;

interface FakeTools {
	readonly tools: Tools;
	readonly directory: string;
	/** The arguments of each call so far. */
	calls(name: string): Promise<readonly string[]>;
}

/** Tools of which some are found first in a directory of fakes. */
export const fakeTools = async (
	t: Cleanup,
	fakes: Readonly<Record<string, FakeTool>>,
): Promise<FakeTools> => {
	const directory = await temporaryDirectory(t);
	for (const [name, fake] of Object.entries(fakes)) {
		await writeFake(join(directory, name), fake);
	}

	return {
		tools: createTools({env: {PATH: `${directory}:${process.env['PATH']}`}}),
		directory,
		async calls(name) {
			try {
				return (await readFile(join(directory, `${name}.calls`), 'utf8')).trimEnd().split('\n');
			} catch {
				return [];
			}
		},
	};
};

/** What a real tool once printed: `captured('dd', 'coreutils-9.1-eio')`. */
export const captured = async (tool: string, name: string): Promise<string> =>
	readFile(join(fixtures, 'output', tool, `${name}.txt`), 'utf8');

/** A directory of mode 0700 that is removed after the test. */
export const temporaryDirectory = async (t: Cleanup): Promise<string> => {
	const directory = await mkdtemp(join(tmpdir(), 'zeroize-test-'));
	t.teardown(async () => rm(directory, {recursive: true, force: true}));
	return directory;
};

const writeFake = async (path: string, fake: FakeTool): Promise<void> => {
	await copyFile(join(fixtures, 'bin', typeof fake === 'string' ? fake : 'replay'), path);
	await chmod(path, 0o755);
	for (const [index, answer] of (typeof fake === 'string' ? [] : fake).entries()) {
		const directory = join(`${path}.answers`, String(index).padStart(2, '0'));
		await mkdir(directory, {recursive: true});
		const {args = '*', stdout = '', stderr = '', exitCode = 0, signal = 'none'} = answer;
		const files = {args, stdout, stderr, exit: String(exitCode), signal};
		await Promise.all(
			Object.entries(files).map(async ([name, text]) =>
				writeFile(join(directory, name), `${text}${name === 'signal' ? '\n' : ''}`),
			),
		);
	}
};
