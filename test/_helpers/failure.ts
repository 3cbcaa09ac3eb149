import type {ExecutionContext} from 'ava';
import {SanitizeError} from '../../src/errors.ts';

/** The error that something ends with. */
export const failure = async (t: ExecutionContext, promise: Promise<unknown>): Promise<SanitizeError> =>
	(await t.throwsAsync(promise, {instanceOf: SanitizeError})) as SanitizeError;
