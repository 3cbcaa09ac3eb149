import test from 'ava';
import {openFailure} from '../../../src/devices/facts/exclusive.ts';
import {systemError} from '../../../src/devices/held.ts';

for (const [errno, code] of [
	['ENOENT', 'DEVICE_MISSING'],
	['ENODEV', 'DEVICE_MISSING'],
	['EIO', 'DEVICE_MISSING'],
	['EACCES', 'NO_PERMISSION'],
	['EPERM', 'NO_PERMISSION'],
	['EROFS', 'DEVICE_READ_ONLY'],
	['ENXIO', 'DEVICE_EMPTY'],
	['ENOMEDIUM', 'DEVICE_EMPTY'],
] as const) {
	test(`a node that cannot be opened with ${errno} is ${code}`, t => {
		const cause = systemError(errno, 'open');
		const error = openFailure('/dev/sdx', cause);
		t.is(error.code, code);
		t.is(error.cause, cause);
		t.truthy(error.hint);
		t.regex(error.message, /\/dev\/sdx( for erasing)?: /);
	});
}
