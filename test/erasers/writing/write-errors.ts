import test from 'ava';
import {systemError} from '../../../src/devices/held.ts';
import {createMemoryDevice} from '../../../src/devices/memory.ts';
import {requireSalvageable} from '../../../src/erasers/writing/write-errors.ts';
import {SanitizeError} from '../../../src/errors.ts';

const device = createMemoryDevice({totalBytes: 4096});

const failure = (errno: string): SanitizeError =>
	new SanitizeError('WRITE_FAILED', 'no', {cause: systemError(errno, 'write')});

for (const errno of ['EIO', 'ENODATA', 'EREMOTEIO', 'EILSEQ', 'ETIMEDOUT', 'Unknown system error -67']) {
	test(`a write that ends with ${errno} is worth another try`, t => {
		t.notThrows(() => requireSalvageable(device, 512, failure(errno)));
	});
}

const ends = [
	['ENOSPC', 'WRITE_INCOMPLETE', /takes nothing at byte 512 of 4096/],
	['ENODEV', 'DEVICE_CHANGED', /went away while it was written at byte 512/],
	['ENXIO', 'DEVICE_CHANGED', /went away while it was written at byte 512/],
	['EROFS', 'WRITE_FAILED', /^no$/],
	['EPERM', 'WRITE_FAILED', /^no$/],
	['EINVAL', 'WRITE_FAILED', /^no$/],
] as const;

for (const [errno, code, message] of ends) {
	test(`a write that ends with ${errno} is ${code}`, t => {
		const cause = failure(errno);
		const error = t.throws(() => requireSalvageable(device, 512, cause), {code, message});
		t.true(error === cause || (error instanceof SanitizeError && error.cause === cause));
	});
}

test('what is no write error is nothing to salvage', t => {
	for (const error of [
		new TypeError('x'),
		new SanitizeError('WRITE_FAILED', 'x'),
		new SanitizeError('INTERRUPTED', 'x', {cause: systemError('EIO', 'write')}),
	]) {
		t.is(
			t.throws(() => requireSalvageable(device, 0, error)),
			error,
		);
	}
});
