import {StringDecoder} from 'node:string_decoder';
import {SanitizeError} from '../../errors.ts';
import type {Surroundings} from '../command.ts';

const [ctrlC, ctrlD, ctrlU] = ['\u0003', '\u0004', '\u0015'];

const backspaces = ['\u0008', '\u007f'];

/**
Asks on a terminal for something that must not be shown there. What was typed after it is left for whoever reads next.
@throws SanitizeError INTERRUPTED by Ctrl-C, KEY_INVALID by Ctrl-D; the signal's reason.
*/
export const askSecret = async (
	question: string,
	{stdin, stderr, signal}: Pick<Surroundings, 'stdin' | 'stderr' | 'signal'>,
): Promise<string> => {
	signal.throwIfAborted();
	// Without echo, and so without the line discipline: the keys that it knows are ours to know.
	stdin.setRawMode?.(true);
	stderr.write(question);
	try {
		return await readLine(stdin, signal);
	} finally {
		stdin.pause();
		stdin.setRawMode?.(false);
		stderr.write('\n');
	}
};

const readLine = (stdin: Surroundings['stdin'], signal: AbortSignal): Promise<string> =>
	new Promise((resolve, reject) => {
		const decoder = new StringDecoder();
		let typed: readonly string[] = [];
		const end = (settle: () => void) => {
			stdin.off('data', onData).off('end', onEnd);
			signal.removeEventListener('abort', onAbort);
			settle();
		};
		const onAbort = () => end(() => reject(signal.reason));
		const onEnd = () => end(() => reject(notGiven()));
		const onData = (chunk: Buffer | string) => {
			const characters = [...decoder.write(Buffer.from(chunk))];
			for (const [index, character] of characters.entries()) {
				if (character === '\r' || character === '\n') {
					const rest = characters.slice(index + 1).join('');
					end(() => resolve(typed.join('')));
					stdin.unshift(rest);
					return;
				}

				if (character === ctrlC) {
					return end(() => reject(interrupted()));
				}

				if (character === ctrlD) {
					return end(() => reject(notGiven()));
				}

				typed = type(typed, character);
			}
		};
		signal.addEventListener('abort', onAbort, {once: true});
		stdin.on('data', onData).on('end', onEnd);
		stdin.resume();
	});

const type = (typed: readonly string[], character: string): readonly string[] => {
	if (backspaces.includes(character)) {
		return typed.slice(0, -1);
	}

	return character === ctrlU ? [] : [...typed, character];
};

const interrupted = (): SanitizeError =>
	new SanitizeError('INTERRUPTED', 'interrupted at the passphrase', {hint: 'nothing was done; start again'});

const notGiven = (): SanitizeError =>
	new SanitizeError('KEY_INVALID', 'the passphrase was not given', {
		hint: 'start again, or give --passphrase-file FILE',
	});
