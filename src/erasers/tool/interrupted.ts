import type {Device} from '../../devices/device.ts';
import {SanitizeError} from '../../errors.ts';

/** What an erase ends with whose tool was stopped; or that was to be stopped, and would not end. */
export const interrupted = (tool: string, {facts}: Device, bytes: number, hasEnded = true): SanitizeError =>
	hasEnded
		? new SanitizeError('INTERRUPTED', `${tool} was stopped after at least ${bytes} bytes of ${facts.path}`, {
				hint: bytes === 0 ? undefined : 'do not release the device: resume the run, or erase it again',
			})
		: new SanitizeError('INTERRUPTED', `${tool} cannot be stopped and may still write to ${facts.path}`, {
				hint: 'the kernel waits for the device: do not release it; look at the kernel log, or cut its power',
			});
