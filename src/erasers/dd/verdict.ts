import type {DeviceFacts} from '../../devices/device.ts';
import {systemError} from '../../devices/held.ts';
import {SanitizeError} from '../../errors.ts';
import {errnoIn} from '../tool/errnos.ts';
import type {ToolEnd} from '../writing/with-tool.ts';
import type {DdReport} from './report.ts';

interface DdEnd extends DdReport {
	readonly exitCode: number | undefined;
	readonly signal: string | undefined;
}

const hint = 'do not release the device; look at the kernel log for what befell it';

// GNU dd has put it both ways.
const full = /dd: (?:error )?writing (?:to )?.+: No space left on device$/;

/** True for the words in which dd says that nothing more fits. */
export const isFull = (message: string): boolean => full.test(message);

const writeError = /dd: (?:error )?writing (?:to )?.+: ([^:]+)$/;

/**
The bytes that dd wrote, if it ended as it must: at the end of a device with exit code 1 and ENOSPC and not one other complaint, at the end of a file with 0 and none; and with a final count of no less than the size, less `from`, where it started. Or it stopped at a write error and says nothing else: then its count tells where.
@throws SanitizeError ERASER_FAILED, WRITE_FAILED, WRITE_INCOMPLETE.
*/
export const judgeEnd = (
	end: DdEnd,
	facts: Pick<DeviceFacts, 'kind' | 'path' | 'totalBytes'>,
	from = 0,
): ToolEnd => {
	const bytes = requireCount(end);
	const failure = writeFailure(end, bytes);
	if (failure) {
		return {bytes, failure};
	}

	requireEnd(end, facts, bytes);
	if (from + bytes < facts.totalBytes) {
		const message = `${facts.path} took no more than ${from + bytes} of its ${facts.totalBytes} bytes`;
		throw new SanitizeError('WRITE_INCOMPLETE', message, {
			hint: 'do not release the device; it has shrunk or what stores it is full (kernel log): mend that and erase it again',
		});
	}

	return {bytes};
};

const requireCount = (end: DdEnd): number => {
	const {exitCode, signal, finalBytes, messages} = end;
	if (signal !== undefined) {
		throw new SanitizeError('ERASER_FAILED', `dd was killed by ${signal} after at least ${end.bytes} bytes`, {
			hint,
		});
	}

	if (finalBytes === undefined) {
		throw new SanitizeError(
			'ERASER_FAILED',
			`dd ended with exit code ${exitCode} and no final report${said(messages)}`,
			{
				hint,
			},
		);
	}

	return finalBytes;
};

const writeFailure = ({messages, exitCode}: DdEnd, bytes: number): SanitizeError | undefined => {
	const [message = '', ...more] = messages;
	const errno = errnoIn(writeError.exec(message)?.[1]);
	return errno === undefined || more.length > 0 || exitCode !== 1
		? undefined
		: new SanitizeError('WRITE_FAILED', `dd failed after ${bytes} bytes${said(messages)}`, {
				hint,
				cause: systemError(errno, 'write'),
			});
};

const requireEnd = (
	{exitCode, messages}: DdEnd,
	{kind, path}: Pick<DeviceFacts, 'kind' | 'path'>,
	bytes: number,
): void => {
	const complaints = messages.filter(message => !isFull(message));
	if (complaints.length > 0) {
		throw new SanitizeError('WRITE_FAILED', `dd failed after ${bytes} bytes${said(complaints)}`, {hint});
	}

	const expectedExitCode = messages.length === 0 ? 0 : 1;
	const mayEndSo = kind === 'file' || messages.length > 0;
	if (exitCode !== expectedExitCode || !mayEndSo) {
		const message = `dd ended with exit code ${exitCode} after ${bytes} bytes, but not by reaching the end of ${path}`;
		throw new SanitizeError('ERASER_FAILED', message, {hint});
	}
};

const said = (messages: readonly string[]): string =>
	messages.length === 0 ? '' : `: ${messages.join('; ').replaceAll(/\p{Cc}/gu, ' ')}`;
