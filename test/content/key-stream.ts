import test from 'ava';
import fc from 'fast-check';
import {keyStream} from '../../src/content/key-stream.ts';
import {bytesOf} from '../_helpers/content.ts';

const key = '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4';

test('the stream is that of openssl, and any part of it can be had alone', t => {
	const whole = bytesOf({kind: 'aes-256-ctr', key}, 300_000);
	t.is(whole.length, 300_000);
	fc.assert(
		fc.property(fc.nat(299_999), fc.nat(70_000), (offset, wanted) => {
			const length = Math.min(wanted, whole.length - offset);
			const part = whole.subarray(offset, offset + length);
			t.is(Buffer.compare(keyStream(key, offset, length), part), 0);
		}),
		{numRuns: 200},
	);
});

test('the counter goes on past 4 GiB of blocks', t => {
	const offset = 16 * 2 ** 32;
	const across = keyStream(key, offset - 32, 64);
	t.is(Buffer.compare(across.subarray(0, 32), keyStream(key, offset - 32, 32)), 0);
	t.is(Buffer.compare(across.subarray(32), keyStream(key, offset, 32)), 0);
	t.not(Buffer.compare(across.subarray(32), keyStream(key, 0, 32)), 0);
	t.is(keyStream(key, Number.MAX_SAFE_INTEGER - 15, 16).length, 16);
});
