import type {Console} from '../machine/console.ts';
import {rootPassword} from './boot.ts';

const answerMs = 90_000;

/** The shell's prompt; a kernel message may have come between it and the line's start. */
const prompt = /root@router:[^\n]*# /;

/** Logs in as root at a login prompt that is shown already. */
export const logIn = async (console: Console): Promise<void> => {
	await console.type('root');
	await console.waitFor(/Password: /, {timeoutMs: answerMs});
	await console.type(rootPassword);
	await console.waitFor(prompt, {timeoutMs: answerMs});
};

/** Types a command that succeeds, and waits for the next prompt; returns what it showed. */
export const runCommand = async (
	console: Console,
	command: string,
	timeoutMs = answerMs,
): Promise<string> => {
	const startsAt = console.text().length;
	await console.type(`${command} && echo d''one`);
	await console.waitFor(/\ndone\n/, {timeoutMs});
	await console.waitFor(prompt, {timeoutMs});
	return console.text().slice(startsAt);
};

/** Copies the one file from the TOOLS disk, as the README tells an operator. */
export const copyProgram = async (console: Console): Promise<void> => {
	await runCommand(console, 'mount -r LABEL=TOOLS /mnt && cp /mnt/zeroize /root/ && umount /mnt');
};
