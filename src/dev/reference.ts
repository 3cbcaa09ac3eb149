import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {Command} from 'commander';
import {createProgram} from '../cli.ts';
import type {Surroundings} from '../commands/command.ts';
import {type GeneratedFile, settle} from './generated.ts';

const begin = '<!-- command reference: written by npm run gen -->';

const end = '<!-- end of the command reference -->';

/** The help pages of all commands, as `zeroize COMMAND --help` prints them. */
export const helpPages = (): ReadonlyArray<{readonly name: string; readonly text: string}> => {
	let printed = '';
	const stdout = {
		write(text: string) {
			printed += text;
		},
	};
	// Help is printed without asking the world anything else.
	const program = createProgram({stdout, version: ''} as unknown as Surroundings, () => {});
	return listCommands(program).map(({name, command}) => {
		printed = '';
		command.outputHelp();
		return {name, text: printed};
	});
};

const listCommands = (
	command: Command,
	parents: readonly string[] = [],
): ReadonlyArray<{readonly name: string; readonly command: Command}> => {
	const names = [...parents, command.name()];
	const children = command
		.createHelp()
		.visibleCommands(command)
		.filter(child => child.name() !== 'help');
	return [{name: names.join(' '), command}, ...children.flatMap(child => listCommands(child, names))];
};

/** The README with its reference made anew. */
export const generateReference = (readme: string): GeneratedFile => {
	const [before, rest] = readme.split(begin);
	const after = rest?.split(end)[1];
	if (before === undefined || after === undefined) {
		throw new Error(`README.md has lost its lines "${begin}" and "${end}"`);
	}

	const pages = helpPages().map(({name, text}) => `### \`${name}\`\n\n\`\`\`\n${text.trimEnd()}\n\`\`\`\n`);
	return {file: 'README.md', text: `${before}${begin}\n\n${pages.join('\n')}\n${end}${after}`};
};

if (import.meta.main) {
	const [root = path.join(import.meta.dirname, '../..')] = process.argv
		.slice(2)
		.filter(it => !it.startsWith('--'));
	const readme = await readFile(path.join(root, 'README.md'), 'utf8');
	await settle(root, [generateReference(readme)], {isCheck: process.argv.includes('--check')});
}
