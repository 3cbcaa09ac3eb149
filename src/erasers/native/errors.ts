import type {Device} from '../../devices/device.ts';
import {SanitizeError} from '../../errors.ts';

/** What an erase ends with that was told to stop once the drive had its command: nothing stops the drive. */
export const goesOnByItself = (name: string, {facts}: Device): SanitizeError =>
	new SanitizeError('INTERRUPTED', `${name} was left alone: ${facts.path} goes on by itself`, {
		hint: 'do not release it and leave its power on; then resume the run, which waits for its end and goes on',
	});

/** The drive said that it failed, or what it said cannot be. */
export const driveFailed = (name: string, {facts}: Device, what: string, cause?: unknown): SanitizeError =>
	new SanitizeError('ERASER_FAILED', `${name} on ${facts.path}: ${what}`, {
		hint: 'do not release the device; resume the run to try again, or destroy the device',
		cause,
	});

/** Nobody knows whether the drive still goes on. */
export const waitedTooLong = (name: string, {facts}: Device, what: string): SanitizeError =>
	new SanitizeError('STALLED', `${name} on ${facts.path}: ${what}`, {
		hint: 'do not release the device: it may still go on; look at the kernel log, then resume the run',
	});
