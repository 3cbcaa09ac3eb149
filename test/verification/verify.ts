import test from 'ava';
import {SanitizeError} from '../../src/errors.ts';
import {verify} from '../../src/verification/verify.ts';
import {failsWith, full, mebibyte, nothing, run} from '../_helpers/verification.ts';
import {bytesDevice, systemError, unreadable} from '../_helpers/verify-device.ts';

test('a device of zeros passes, every byte of it read once', async t => {
	const device = bytesDevice(new Uint8Array(9 * mebibyte + 512 * 3));
	const verification = await run(device);
	t.deepEqual(verification, {
		coverage: 'full',
		percent: 100,
		result: 'passed',
		verifiedBytes: 9 * mebibyte + 512 * 3,
		nonZero: nothing,
		unreadable: nothing,
		isDirect: true,
	});
	t.is(
		device.reads.reduce((sum, {length}) => sum + length, 0),
		9 * mebibyte + 512 * 3,
	);
});

test('what is not zero is told to the byte', async t => {
	const bytes = new Uint8Array(5 * mebibyte);
	bytes.set([1, 2, 3], 1000);
	bytes.set([9], 3 * mebibyte - 1);
	bytes.set([9], 3 * mebibyte);
	bytes[bytes.length - 1] = 1;
	const verification = await run(bytesDevice(bytes));
	t.is(verification.result, 'failed');
	t.deepEqual(verification.nonZero, {
		listed: [
			{offset: 1000, length: 3},
			{offset: 3 * mebibyte - 1, length: 2},
			{offset: 5 * mebibyte - 1, length: 1},
		],
		count: 3,
		bytes: 6,
	});
});

test('reads that complete out of order give the same ranges', async t => {
	const bytes = new Uint8Array(16 * mebibyte);
	for (let part = 0; part < 16; part += 1) {
		bytes[part * mebibyte + part] = 1;
	}

	const before = async (position: number): Promise<void> =>
		new Promise(resolve => {
			setTimeout(resolve, (position / mebibyte) % 4 === 0 ? 30 : 1);
		});
	const {nonZero} = await run(bytesDevice(bytes, {before}));
	t.is(nonZero.count, 16);
	t.deepEqual(
		nonZero.listed.map(({offset}) => offset),
		Array.from({length: 16}, (_, part) => part * mebibyte + part),
	);
});

test('unreadable sectors are found one by one, and everything beside them is still verified', async t => {
	const bytes = new Uint8Array(3 * mebibyte);
	bytes[mebibyte + 511] = 1;
	const bad = [mebibyte + 512, mebibyte + 1024, 2 * mebibyte + 5 * 512];
	const before = (position: number, length: number): void => {
		if (bad.some(offset => offset >= position && offset < position + length)) {
			throw unreadable(position, systemError('EIO'));
		}
	};

	const verification = await run(bytesDevice(bytes, {before}));
	t.is(verification.result, 'failed');
	t.deepEqual(verification.unreadable, {
		listed: [
			{offset: mebibyte + 512, length: 1024},
			{offset: 2 * mebibyte + 5 * 512, length: 512},
		],
		count: 2,
		bytes: 1536,
	});
	t.deepEqual(verification.nonZero.listed, [{offset: mebibyte + 511, length: 1}]);
	t.is(verification.verifiedBytes, 3 * mebibyte - 1536);
	t.true(verification.percent < 100);
});

test('an unreadable device that is still there fails with all of it unreadable', async t => {
	const before = (position: number): void => {
		throw unreadable(position, systemError('EIO'));
	};
	const verification = await run(bytesDevice(new Uint8Array(mebibyte), {before}));
	t.is(verification.result, 'failed');
	t.is(verification.verifiedBytes, 0);
	t.deepEqual(verification.unreadable, {listed: [{offset: 0, length: mebibyte}], count: 1, bytes: mebibyte});
});

for (const {title, options} of [
	{
		title: 'says ENODEV',
		options: {
			before(position: number) {
				throw unreadable(position, systemError('ENODEV'));
			},
		},
	},
	{
		title: 'says ENXIO',
		options: {
			before(position: number) {
				throw unreadable(position, systemError('ENXIO'));
			},
		},
	},
	{title: 'became shorter', options: {readableBytes: 2 * mebibyte + 512}},
	{title: 'became longer', options: {facts: {totalBytes: 4 * mebibyte - 100}}},
	{
		title: 'can be neither read nor found',
		options: {
			before(position: number) {
				throw unreadable(position, systemError('EIO'));
			},
			async inspect(): Promise<never> {
				throw new SanitizeError('DEVICE_MISSING', 'inspect /dev/test: it is gone');
			},
		},
	},
	{
		title: 'cannot be read and is another one',
		options: {
			before(position: number) {
				throw unreadable(position, systemError('EIO'));
			},
			inspect: async () => ({...bytesDevice(new Uint8Array(4 * mebibyte)).facts, deviceNumber: '8:16'}),
		},
	},
]) {
	test(`a device that ${title} ends verification`, async t => {
		await failsWith(t, 'DEVICE_CHANGED', run(bytesDevice(new Uint8Array(4 * mebibyte), options)));
	});
}

test('an error that is not about reading is passed on, after the reads in flight have ended', async t => {
	let inFlight = 0;
	const before = async (position: number): Promise<void> => {
		inFlight += 1;
		await new Promise(resolve => {
			setTimeout(resolve, position === 0 ? 1 : 50);
		});
		inFlight -= 1;
		if (position === 0) {
			throw new SanitizeError('INTERNAL', 'a fault');
		}
	};

	const device = bytesDevice(new Uint8Array(32 * mebibyte), {before});
	await failsWith(t, 'INTERNAL', run(device));
	t.is(inFlight, 0);
	t.true(device.reads.length <= 8);
});

test('a device without bytes is not one that passes', async t => {
	await failsWith(t, 'DEVICE_EMPTY', run(bytesDevice(new Uint8Array(0))));
});

test('an abort stops it', async t => {
	const controller = new AbortController();
	const device = bytesDevice(new Uint8Array(32 * mebibyte), {
		before(position) {
			if (position >= 8 * mebibyte) {
				controller.abort();
			}
		},
	});
	await failsWith(t, 'INTERRUPTED', verify(device, full, {signal: controller.signal, onProgress: () => {}}));
	t.true(device.reads.length < 16);
});

test('progress never goes back and ends at the total', async t => {
	const seen: number[] = [];
	await verify(bytesDevice(new Uint8Array(7 * mebibyte + 512)), full, {
		signal: new AbortController().signal,
		onProgress(bytes, totalBytes) {
			t.is(totalBytes, 7 * mebibyte + 512);
			seen.push(bytes);
		},
	});
	t.deepEqual(
		seen,
		seen.toSorted((a, b) => a - b),
	);
	t.is(seen.at(-1), 7 * mebibyte + 512);
});
