import {SanitizeError} from '../errors.ts';
import {lastLine} from '../last-line.ts';

export const maxOutputCharacters = 8 * 1024 ** 2;

export const interrupted = (name: string): SanitizeError =>
	new SanitizeError('INTERRUPTED', `${name} was interrupted`);

export const timedOut = (name: string, timeoutMs: number | undefined): SanitizeError =>
	new SanitizeError('TOOL_FAILED', `${name} did not end within ${timeoutMs} ms`, {
		hint: `run ${name} by hand to see what it waits for`,
	});

export const notStarted = (name: string, cause: unknown): SanitizeError =>
	new SanitizeError('TOOL_FAILED', `${name} could not be started`, {cause});

interface Failure {
	readonly exitCode?: number | undefined;
	readonly signal?: string | undefined;
	readonly stderr?: string | undefined;
	readonly isMaxBuffer?: boolean;
	readonly cause?: unknown;
}

export const failed = (name: string, failure: Failure = {}): SanitizeError => {
	const {exitCode, signal, stderr = '', isMaxBuffer, cause} = failure;
	if (isMaxBuffer) {
		return new SanitizeError('TOOL_FAILED', `${name} printed more than ${maxOutputCharacters} characters`);
	}

	if (exitCode === undefined && signal === undefined) {
		return notStarted(name, cause);
	}

	const how = exitCode === undefined ? `was killed by ${signal}` : `failed with exit code ${exitCode}`;
	const words = lastLine(stderr)
		.slice(0, longestWords)
		.replaceAll(/\p{Cc}/gu, ' ');
	return new SanitizeError('TOOL_FAILED', words === '' ? `${name} ${how}` : `${name} ${how}: ${words}`);
};

const longestWords = 500;
