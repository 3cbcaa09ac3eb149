import type {ByteRange, DeviceFacts} from '../../devices/device.ts';
import {systemError} from '../../devices/held.ts';
import {type ErrorCode, SanitizeError} from '../../errors.ts';
import {errnoIn} from '../tool/errnos.ts';
import type {ToolEnd} from '../writing/with-tool.ts';
import type {ZeroReport} from './report.ts';

interface ZeroEnd extends ZeroReport {
	readonly exitCode: number | undefined;
	readonly signal: string | undefined;
}

const hint = 'do not release the device; look at the kernel log for what befell it';

// The kernel's word for a range that reaches over the end (block/ioctl.c, blk_ioctl_zeroout): blkdiscard has looked at the end before.
const shrunk = /: (?:BLKZEROOUT ioctl failed: Invalid argument|offset is greater than device size)$/;
const full = /: BLKZEROOUT ioctl failed: No space left on device$/;
const ioctlError = /: (?:BLKZEROOUT ioctl failed|cannot open [^:]+): ([^:]+)$/;

/**
The bytes that blkdiscard zeroed, if it ended as it must: with exit code 0, no complaint, and a count of the whole range. Or it stopped at a write error and says nothing else: somewhere behind its count.
@throws SanitizeError ERASER_FAILED, WRITE_FAILED, WRITE_INCOMPLETE.
*/
export const judgeEnd = (
	end: ZeroEnd,
	range: ByteRange,
	facts: Pick<DeviceFacts, 'path' | 'totalBytes'>,
): ToolEnd => {
	const {bytes, messages, exitCode, signal} = end;
	const done = `after at least ${range.offset + bytes} bytes of ${facts.path}`;
	if (signal !== undefined) {
		throw failure('ERASER_FAILED', `blkdiscard was killed by ${signal} ${done}`);
	}

	if (exitCode !== 0) {
		return stopped(end, range, facts);
	}

	if (messages.length > 0 || bytes > range.length) {
		const found = messages.length > 0 ? said(messages) : `: it counts ${bytes} of ${range.length} bytes`;
		throw failure('ERASER_FAILED', `blkdiscard ended ${done}, and cannot be understood${found}`);
	}

	if (bytes < range.length) {
		throw incomplete(range.offset + bytes, facts);
	}

	return {bytes};
};

const stopped = (
	{bytes, messages, exitCode}: ZeroEnd,
	range: ByteRange,
	facts: Pick<DeviceFacts, 'path' | 'totalBytes'>,
): ToolEnd => {
	const done = `after at least ${range.offset + bytes} bytes of ${facts.path}`;
	const [message = '', ...more] = messages;
	if (message === '') {
		throw failure('ERASER_FAILED', `blkdiscard ended with exit code ${exitCode} ${done}, and says nothing`);
	}

	const cause = `blkdiscard failed ${done}${said(messages)}`;
	if (more.length === 0 && (shrunk.test(message) || full.test(message))) {
		throw incomplete(range.offset + bytes, facts, failure('WRITE_FAILED', cause));
	}

	const errno = errnoIn(ioctlError.exec(message)?.[1]);
	if (errno === undefined || more.length > 0 || bytes > range.length) {
		throw failure('WRITE_FAILED', cause);
	}

	return {bytes, failure: failure('WRITE_FAILED', cause, systemError(errno, 'write'))};
};

const failure = (code: ErrorCode, message: string, cause?: unknown): SanitizeError =>
	new SanitizeError(code, message, {hint, cause});

const incomplete = (
	taken: number,
	{path, totalBytes}: Pick<DeviceFacts, 'path' | 'totalBytes'>,
	cause?: unknown,
): SanitizeError =>
	new SanitizeError('WRITE_INCOMPLETE', `${path} took no more than ${taken} of its ${totalBytes} bytes`, {
		hint: 'do not release the device; it has shrunk or what stores it is full (kernel log): mend that and erase it again',
		cause,
	});

const said = (messages: readonly string[]): string =>
	messages.length === 0 ? '' : `: ${messages.join('; ').replaceAll(/\p{Cc}/gu, ' ')}`;
