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

const reopenMs = 1000;

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
	const timer = setTimeout(
		() => resolve({line: retryAfterMs === undefined ? '' : 'r'}),
		retryAfterMs ?? reminderMs,
	);
	const listeners = consoles.map(name => {
		const terminal = path.join(root, 'dev', name);
		return listen(terminal, line => resolve({line: line.trim(), terminal}));
	});
	try {
		return await promise;
	} finally {
		clearTimeout(timer);
		for (const listener of listeners) {
			listener[Symbol.dispose]();
		}
	}
};

/** Reads a terminal's lines; one that hangs up, as a line does whose other end is switched off, is opened anew. */
const listen = (terminal: string, onLine: (line: string) => void): Disposable => {
	let stream: ReadStream | undefined;
	let timer: NodeJS.Timeout | undefined;
	const open = (): void => {
		stream = openInput(terminal);
		if (!stream) {
			openLater();
			return;
		}

		stream.on('error', () => {}).once('close', openLater);
		createInterface({input: stream, terminal: false})
			.on('line', onLine)
			.on('error', () => {});
	};
	const openLater = (): void => {
		timer = setTimeout(open, reopenMs);
	};
	open();
	return {
		[Symbol.dispose]() {
			clearTimeout(timer);
			stream?.off('close', openLater).destroy();
		},
	};
};

const openInput = (terminal: string): ReadStream | undefined => {
	try {
		const {O_RDONLY, O_NOCTTY, O_NONBLOCK} = constants;
		return new ReadStream(openSync(terminal, O_RDONLY | O_NOCTTY | O_NONBLOCK));
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
