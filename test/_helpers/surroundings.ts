import {mkdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {DeviceSurroundings} from '../../src/devices/device.ts';
import {createTools, type ToolResult, type Tools} from '../../src/process.ts';

/** The real machine. */
export const real: DeviceSurroundings = {tools: createTools({env: process.env}), root: '/'};

type Answer = string | Partial<ToolResult>;

/** Tools that answer with captured output, by name; anything else that is run is a mistake of the test. */
export const answering = (
	answers: Readonly<Record<string, Answer | ((args: readonly string[]) => Answer)>>,
): Tools => ({
	...real.tools,
	run: async (name, args) => {
		const given = answers[name];
		if (given === undefined) {
			throw new Error(`${name} was not expected to run`);
		}

		const answer = typeof given === 'function' ? given(args) : given;
		return {exitCode: 0, stdout: '', stderr: '', ...(typeof answer === 'string' ? {stdout: answer} : answer)};
	},
});

/** Captured output of the real lsblk; see the README beside it. */
export const lsblkOutput = async (name: string): Promise<string> =>
	readFile(new URL(`../../fixtures/output/lsblk/${name}`, import.meta.url), 'utf8');

/** Writes a tree of files; a value `-> path` is a symbolic link. */
export const writeTree = async (root: string, files: Readonly<Record<string, string>>): Promise<void> => {
	for (const [name, content] of Object.entries(files)) {
		const path = join(root, name);
		await mkdir(dirname(path), {recursive: true});
		await (content.startsWith('-> ') ? symlink(content.slice(3), path) : writeFile(path, content));
	}
};
