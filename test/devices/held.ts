import test from 'ava';
import {hold, systemError} from '../../src/devices/held.ts';
import {createMemoryDevice} from '../../src/devices/memory.ts';
import type {SanitizeError} from '../../src/errors.ts';

test('errors say what was being done, and are closed over once', async t => {
	let closes = 0;
	const fail = (errno: string) => async () => {
		throw systemError(errno, 'pwrite');
	};
	const {facts, inspect} = createMemoryDevice({totalBytes: 512});
	const device = hold({
		facts,
		inspect,
		node: undefined,
		isDirect: true,
		io: {
			read: fail('EIO'),
			write: fail('EPERM'),
			sync: fail('EIO'),
			close: async () => {
				closes += 1;
			},
		},
	});
	await t.throwsAsync(device.read(512, new Uint8Array(512)), {
		code: 'UNREADABLE',
		message: 'reading 512 bytes at 512 of memory:512: EIO: i/o error, pwrite',
	});
	const error = await t.throwsAsync<SanitizeError>(device.write(0, new Uint8Array(512)), {
		code: 'WRITE_FAILED',
	});
	t.is(error?.hint, 'the device is write protected: see blockdev --getro');
	await t.throwsAsync(device.sync(), {code: 'SYNC_FAILED'});
	await device[Symbol.asyncDispose]();
	await device[Symbol.asyncDispose]();
	t.is(closes, 1);
});

test('a made system error looks like one of Node', t => {
	t.like(systemError('ENOSPC', 'write'), {
		code: 'ENOSPC',
		errno: -28,
		syscall: 'write',
		message: 'ENOSPC: no space left on device, write',
	});
	t.like(systemError('ENOMEDIUM', 'open'), {code: 'ENOMEDIUM'});
});
