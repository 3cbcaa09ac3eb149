import test from 'ava';
import type {Device} from '../../src/devices/device.ts';
import {createMemoryDevice} from '../../src/devices/memory.ts';
import direct from '../../src/erasers/direct.ts';
import {SanitizeError} from '../../src/errors.ts';
import {erase as run} from '../_helpers/eraser-run.ts';
import {eraserSuite} from '../_helpers/eraser-suite.ts';

eraserSuite(test, direct);

const MiB = 1024 ** 2;

const erase = async (device: Device) => (await run(direct, device)).result;

test('direct goes on after a short write, from the start of a sector', async t => {
	const device = createMemoryDevice({totalBytes: 3 * MiB + 512, fill: 0xaa});
	const positions: number[] = [];
	const short: Device = {
		...device,
		async write(position, buffer) {
			positions.push(position);
			await device.write(position, buffer.subarray(0, Math.min(buffer.length, 300 * 1024)));
			return Math.min(buffer.length, 300 * 1024 - 100);
		},
	};
	t.is((await erase(short)).writtenBytes, device.bytes.length);
	t.true(positions.every(position => position % 512 === 0));
	t.true(positions.length > 12);
	t.is(
		device.bytes.findIndex(byte => byte !== 0),
		-1,
	);
});

test('direct fails when a device accepts nothing more', async t => {
	const device = createMemoryDevice({totalBytes: 2 * MiB, fill: 0xaa});
	const stuck: Device = {...device, write: async position => (position === 0 ? MiB : 100)};
	const error = (await t.throwsAsync(erase(stuck), {instanceOf: SanitizeError})) as SanitizeError;
	t.is(error.code, 'WRITE_INCOMPLETE');
	t.is(error.message, `${device.facts.path} takes nothing at byte ${MiB} of ${2 * MiB}`);
});

test('direct has never more than four writes under way, and none once it has failed', async t => {
	const device = createMemoryDevice({totalBytes: 32 * MiB, fill: 0xaa});
	let underWay = 0;
	let most = 0;
	const failing: Device = {
		...device,
		async write(position, buffer) {
			underWay += 1;
			most = Math.max(most, underWay);
			await new Promise(resolve => setTimeout(resolve, position === 8 * MiB ? 1 : 10));
			underWay -= 1;
			if (position === 8 * MiB) {
				throw new SanitizeError('WRITE_FAILED', 'no');
			}

			return buffer.length;
		},
	};
	const error = (await t.throwsAsync(erase(failing), {instanceOf: SanitizeError})) as SanitizeError;
	t.is(error.code, 'WRITE_FAILED');
	t.is(underWay, 0);
	t.is(most, 4);
});

test('direct names an end that comes before the size', async t => {
	const device = createMemoryDevice({totalBytes: 2 * MiB, fill: 0xaa});
	const shrunk: Device = {...device, facts: {...device.facts, totalBytes: 4 * MiB}};
	const error = (await t.throwsAsync(erase(shrunk), {instanceOf: SanitizeError})) as SanitizeError;
	t.is(error.code, 'WRITE_INCOMPLETE');
	t.true(error.cause instanceof SanitizeError);
});
