import type {Argument, Command, Option} from 'commander';

export interface Candidate {
	/** The whole word. */
	readonly value: string;
	/** What the shell may show beside it. */
	readonly text: string;
}

export interface Completion {
	readonly candidates: readonly Candidate[];
	/** The shell may complete file names where no candidate fits. */
	readonly allowsFiles: boolean;
}

export interface Source {
	candidates(): Promise<readonly Candidate[]> | readonly Candidate[];
	readonly allowsFiles?: boolean;
}

/** Where values come from: by command and option (`verify --verify`), by option, or by the placeholder in the help (`<file>`). */
export type Sources = Readonly<Record<string, Source>>;

/** What the last of `words` may become, as the command tree has it. `words` are those after the program's name. */
export const complete = async (
	program: Command,
	words: readonly string[],
	sources: Sources,
): Promise<Completion> => {
	const current = words.at(-1) ?? '';
	const {candidates, allowsFiles = false} = expectedAt(program, words.slice(0, -1), current, sources);
	// What ends with a colon is only a beginning: once it stands there, file names follow.
	const found = (await candidates()).filter(
		({value}) => value.startsWith(current) && !(value === current && value.endsWith(':')),
	);
	return {candidates: found, allowsFiles: allowsFiles && found.length === 0};
};

const nothing: Source = {candidates: () => []};

const expectedAt = (
	program: Command,
	before: readonly string[],
	current: string,
	sources: Sources,
): Source => {
	const {command, operands, pending} = readWords(program, before);
	if (pending) {
		return valuesOf(pending, command, sources);
	}

	const name = /^(--[^=]+)=/.exec(current)?.[1];
	if (name !== undefined) {
		const option = findOption(command, name);
		return option ? prefixed(`${name}=`, valuesOf(option, command, sources)) : nothing;
	}

	if (current.startsWith('-')) {
		return {candidates: () => optionsOf(command)};
	}

	const {registeredArguments} = command;
	const last = registeredArguments.at(-1);
	const argument = registeredArguments[operands] ?? (last?.variadic ? last : undefined);
	return argument
		? valuesOf(argument, command, sources)
		: {candidates: () => (operands === 0 ? commandsOf(command) : [])};
};

interface Place {
	readonly command: Command;
	/** How many arguments the command has already. */
	readonly operands: number;
	/** The option whose value is next. */
	readonly pending: Option | undefined;
}

const readWords = (program: Command, words: readonly string[]): Place => {
	let place: Place = {command: program, operands: 0, pending: undefined};
	for (const word of words) {
		place = readWord(place, word);
	}

	return place;
};

const readWord = ({command, operands, pending}: Place, word: string): Place => {
	if (pending) {
		return {command, operands, pending: undefined};
	}

	if (word.startsWith('-')) {
		const option = findOption(command, word);
		return {command, operands, pending: option?.required ? option : undefined};
	}

	const child = operands === 0 ? command.commands.find(child => child.name() === word) : undefined;
	return child ? {command: child, operands: 0, pending} : {command, operands: operands + 1, pending};
};

const findOption = (command: Command, word: string): Option | undefined =>
	command.options.find(({short, long}) => word === short || word === long);

const valuesOf = (given: Option | Argument, command: Command, sources: Sources): Source => {
	const {argChoices} = given;
	const choices = argChoices && {candidates: () => argChoices.map(value => ({value, text: ''}))};
	if (!('flags' in given)) {
		return choices ?? sources[`<${given.name()}>`] ?? nothing;
	}

	const {long, flags} = given;
	const [placeholder = ''] = /<.+>/.exec(flags) ?? [];
	const named = sources[`${command.name()} ${long}`] ?? sources[`${long}`];
	return named ?? choices ?? sources[placeholder] ?? nothing;
};

// The shell completes file names after `--option=` by itself; it knows the sign.
const prefixed = (prefix: string, {candidates, ...rest}: Source): Source => ({
	...rest,
	candidates: async () => (await candidates()).map(({value, text}) => ({value: `${prefix}${value}`, text})),
});

const commandsOf = (command: Command): readonly Candidate[] =>
	command
		.createHelp()
		.visibleCommands(command)
		.map(child => ({value: child.name(), text: child.description()}));

const optionsOf = (command: Command): readonly Candidate[] =>
	command
		.createHelp()
		.visibleOptions(command)
		.flatMap(({long, description}) => (long ? [{value: long, text: description}] : []));
