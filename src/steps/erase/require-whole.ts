import type {DeviceFacts} from '../../devices/device.ts';
import type {EraseResult} from '../../erasers/eraser.ts';
import {SanitizeError} from '../../errors.ts';

/**
The words "No space left on device" prove nothing: only the count does.
@throws SanitizeError WRITE_INCOMPLETE.
*/
export const requireAllTried = (
	{writtenBytes, unwritable}: Pick<EraseResult, 'writtenBytes' | 'unwritable'>,
	{path, totalBytes}: Pick<DeviceFacts, 'path' | 'totalBytes'>,
): void => {
	if (writtenBytes + unwritable.bytes !== totalBytes) {
		throw new SanitizeError(
			'WRITE_INCOMPLETE',
			`${path} has ${totalBytes} bytes, but ${writtenBytes} were written`,
			{
				hint: 'do not release the device; see whether it shrank or its store is full (kernel log), then erase it again',
			},
		);
	}
};

/** @throws SanitizeError WRITE_FAILED. */
export const requireAllWritten = (
	{unwritable}: Pick<EraseResult, 'unwritable'>,
	{path}: Pick<DeviceFacts, 'path'>,
): void => {
	const {count, bytes, listed} = unwritable;
	const [first] = listed;
	if (count > 0) {
		throw new SanitizeError(
			'WRITE_FAILED',
			`${path}: ${bytes} bytes in ${count} ${count === 1 ? 'range' : 'ranges'} could not be written, the first ${first?.length} at offset ${first?.offset}`,
			{
				hint: 'do not release the device; what it held there is still there: look at the cable and the kernel log',
			},
		);
	}
};
