import type {Device} from '../../devices/device.ts';
import {SanitizeError} from '../../errors.ts';

/** @throws SanitizeError INTERRUPTED once the signal is aborted. */
export const requireRunning = ({facts}: Device, {aborted}: AbortSignal, writtenBytes: number): void => {
	if (aborted) {
		throw new SanitizeError(
			'INTERRUPTED',
			`the overwrite was stopped after at least ${writtenBytes} bytes of ${facts.path}`,
			{
				hint: writtenBytes === 0 ? undefined : 'do not release the device: resume the run, or erase it again',
			},
		);
	}
};
