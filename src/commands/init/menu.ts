import {constants, openSync} from 'node:fs';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {ReadStream} from 'node:tty';
import {formatDuration} from '../../progress.ts';
import {printError, type Surroundings} from '../command.ts';

export type Choice = 'retry' | 'poweroff';

interface Question {
	/** The end of the log: nobody can scroll on a serial console. */
	readonly tail: readonly string[];
	/** After this time without an answer it is tried again; otherwise never. */
	readonly retryAfterMs: number | undefined;
}

interface Menu {
	/** Waits for the operator, for as long as it takes. */
	ask(question: Question): Promise<Choice>;
}

const reminderMs = 10 * 60_000;

/** What a run that cannot go on asks of whoever is at one of its consoles. */
export const createMenu = (consoles: readonly string[], surroundings: Surroundings): Menu => {
	const {stdout, tools} = surroundings;
	const shell = tools.find('sh').catch(() => null);
	const ask = async (question: Question): Promise<Choice> => {
		const hasShell = (await shell) !== null;
		stdout.write(`${questionLines(question, hasShell).join('\n')}\n`);
		for (;;) {
			const {line, terminal} = await nextLine(consoles, surroundings, question.retryAfterMs);
			const choice = choices.get(line);
			if (choice) {
				return choice;
			}

			if (line === 's' && hasShell && terminal !== undefined) {
				await openShell(terminal, surroundings);
			}

			stdout.write(`${choiceLines(hasShell).join('\n')}\n`);
		}
	};

	return {ask};
};

const choices: ReadonlyMap<string, Choice> = new Map([
	['r', 'retry'],
	['p', 'poweroff'],
]);

const questionLines = ({tail, retryAfterMs}: Question, hasShell: boolean): readonly string[] => [
	'',
	'This machine stays on. The end of the log:',
	...tail.map(line => `  ${line}`),
	...(retryAfterMs === undefined
		? []
		: [`What failed is tried again in ${formatDuration(retryAfterMs)}; or choose now.`]),
	...choiceLines(hasShell),
];

const choiceLines = (hasShell: boolean): readonly string[] => [
	'Type a letter and Enter:',
	'  r  try again what failed',
	'  p  power off; what is not said to be sanitized above must not be released',
	...(hasShell ? ['  s  a shell; its end leads back here'] : []),
];

interface Answer {
	readonly line: string;
	/** Where it was typed. */
	readonly terminal?: string;
}

const nextLine = async (
	consoles: readonly string[],
	{root}: Surroundings,
	retryAfterMs: number | undefined,
): Promise<Answer> => {
	const {promise, resolve} = Promise.withResolvers<Answer>();
	const inputs = consoles.flatMap(name => openInput(path.join(root, 'dev', name)) ?? []);
	const timer = setTimeout(
		() => resolve({line: retryAfterMs === undefined ? '' : 'r'}),
		retryAfterMs ?? reminderMs,
	);
	for (const {stream, terminal} of inputs) {
		createInterface({input: stream, terminal: false}).once('line', line =>
			resolve({line: line.trim(), terminal}),
		);
	}

	try {
		return await promise;
	} finally {
		clearTimeout(timer);
		for (const {stream} of inputs) {
			stream.destroy();
		}
	}
};

const openInput = (terminal: string) => {
	try {
		const {O_RDONLY, O_NOCTTY, O_NONBLOCK} = constants;
		const stream = new ReadStream(openSync(terminal, O_RDONLY | O_NOCTTY | O_NONBLOCK));
		// A line that hangs up is opened anew with the next question.
		stream.on('error', () => {});
		return {stream, terminal};
	} catch {
		return undefined;
	}
};

const openShell = async (terminal: string, {tools, stderr}: Surroundings): Promise<void> => {
	try {
		await tools.attend('sh', ['-i'], terminal);
	} catch (error) {
		printError(stderr, 'opening a shell', error);
	}
};
