import type {ExecutionContext} from 'ava';
import type {Device} from '../../src/devices/device.ts';
import {type ErrorCode, SanitizeError} from '../../src/errors.ts';
import type {Verification, VerifySettings} from '../../src/verification/verification.ts';
import {verify} from '../../src/verification/verify.ts';

export const mebibyte = 1024 * 1024;
export const full: VerifySettings = {coverage: 'full', percent: 100, seed: '0'.repeat(32)};
export const nothing = {listed: [], count: 0, bytes: 0};

export const run = async (device: Device, settings: Partial<VerifySettings> = {}): Promise<Verification> =>
	verify(device, {...full, ...settings}, {signal: new AbortController().signal, onProgress: () => {}});

export const failsWith = async (
	t: ExecutionContext,
	code: ErrorCode,
	verification: Promise<Verification>,
): Promise<void> => {
	const error = await t.throwsAsync(verification, {instanceOf: SanitizeError});
	t.is(error.code, code);
};
