import test from 'ava';
import {type Fault, faulty} from '../../src/devices/faulty.ts';
import {createMemoryDevice} from '../../src/devices/memory.ts';
import type {SanitizeError} from '../../src/errors.ts';

const broken = (...faults: Fault[]) => {
	const memory = createMemoryDevice({totalBytes: 8192, fill: 7});
	return {memory, device: faulty(memory, faults)};
};

const sector = () => new Uint8Array(512);

test('a range that cannot be read', async t => {
	const {device} = broken({on: 'read', at: {offset: 1024, length: 512}, error: 'EIO'});
	t.is(await device.read(0, new Uint8Array(1024)), 1024);
	const error = await t.throwsAsync<SanitizeError>(device.read(512, new Uint8Array(1024)), {
		code: 'UNREADABLE',
	});
	t.like(error?.cause, {code: 'EIO', syscall: 'read'});
	t.is(error?.message, 'read on memory:8192: EIO: i/o error, read');
	t.is(await device.read(1536, sector()), 512);
});

test('a write that fails writes nothing, and only as often as asked', async t => {
	const {device, memory} = broken({on: 'write', error: 'EIO', times: 2});
	await t.throwsAsync(device.write(0, sector()), {code: 'WRITE_FAILED'});
	await t.throwsAsync(device.write(0, sector()), {code: 'WRITE_FAILED'});
	t.true(memory.bytes.every(byte => byte === 7));
	t.is(await device.write(0, sector()), 512);
	t.is(memory.bytes[0], 0);
});

test('the n-th call', async t => {
	const {device} = broken({on: 'sync', at: {nth: 2}, error: 'EIO'});
	await device.sync();
	await t.throwsAsync(device.sync(), {code: 'SYNC_FAILED'});
	await device.sync();
});

test('short reads and writes', async t => {
	const {device, memory} = broken({on: 'write', short: 512, times: 1}, {on: 'read', short: 512});
	t.is(await device.write(0, new Uint8Array(2048)), 512);
	t.is(memory.bytes[512], 7);
	t.is(await device.write(512, new Uint8Array(2048)), 2048);
	t.is(await device.read(0, new Uint8Array(2048)), 512);
});

test('a write that is lost claims to be done', async t => {
	const {device, memory} = broken(
		{on: 'write', at: {nth: 1}, keeps: 512},
		{on: 'write', at: {nth: 2}, keeps: 0},
	);
	t.is(await device.write(0, new Uint8Array(2048)), 2048);
	t.is(await device.write(4096, sector()), 512);
	t.is(memory.bytes.indexOf(7), 512);
	t.is(memory.bytes[4096], 7);
});

test('a device that ends within a sector goes on doing so', async t => {
	const memory = createMemoryDevice({totalBytes: 1000, fill: 7});
	const device = faulty(memory, []);
	t.is(await device.write(0, new Uint8Array(1024)), 1000);
	t.is(await device.read(512, sector()), 488);
	const lost = faulty(memory, [{on: 'write', keeps: 0}]);
	t.is(await lost.write(512, sector()), 488);
});

test('a device that shrinks', async t => {
	const {device, memory} = broken({on: 'write', at: {nth: 2}, shrinkTo: 1024});
	t.is(await device.write(0, sector()), 512);
	t.is(await device.write(512, new Uint8Array(2048)), 512);
	const error = await t.throwsAsync(device.write(1024, sector()), {code: 'WRITE_FAILED'});
	t.like(error?.cause, {code: 'ENOSPC'});
	t.is(await device.read(512, new Uint8Array(2048)), 512);
	t.is(await device.read(1024, sector()), 0);
	t.is((await device.inspect()).totalBytes, 1024);
	t.is(device.facts.totalBytes, 8192);
	t.is(memory.bytes[1024], 7);
});

test('a device that becomes another one, then goes away', async t => {
	const {device} = broken(
		{on: 'inspect', at: {nth: 1}, becomes: {serial: 'OTHER'}},
		{on: 'inspect', at: {nth: 2}, error: 'ENOENT'},
	);
	t.is((await device.inspect()).serial, 'OTHER');
	await t.throwsAsync(device.inspect(), {code: 'DEVICE_MISSING'});
});

test('a device that is slow', async t => {
	const {device} = broken({on: 'sync', delayMs: 50});
	const startedAt = performance.now();
	await device.sync();
	t.true(performance.now() - startedAt >= 45);
});
