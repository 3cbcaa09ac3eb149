import test from 'ava';
import type {ByteRange, Device} from '../../../src/devices/device.ts';
import {type Fault, faulty} from '../../../src/devices/faulty.ts';
import {systemError} from '../../../src/devices/held.ts';
import {createMemoryDevice, type MemoryDevice} from '../../../src/devices/memory.ts';
import {blockBytes, createSalvage, type Salvage} from '../../../src/erasers/writing/salvage.ts';
import {SanitizeError} from '../../../src/errors.ts';

const eio = new SanitizeError('WRITE_FAILED', 'writing', {cause: systemError('EIO', 'write')});

const bad = (offset: number, length = 512, more: Partial<Fault> = {}): Fault => ({
	on: 'write',
	at: {offset, length},
	error: 'EIO',
	...more,
});

interface Setup {
	readonly memory: MemoryDevice;
	readonly salvage: Salvage;
	readonly warnings: string[];
	readonly writes: ByteRange[];
	readonly controller: AbortController;
}

const setup = (
	faults: readonly Fault[],
	limits: Parameters<typeof createSalvage>[1] = {pauseMs: 1, lastPausesMs: [0, 1, 1]},
	memory = createMemoryDevice({totalBytes: 2 * blockBytes, fill: 0xaa}),
): Setup => {
	const inner = faulty(memory, faults);
	const writes: ByteRange[] = [];
	const warnings: string[] = [];
	const device: Device = {
		...inner,
		async write(offset, buffer) {
			writes.push({offset, length: buffer.length});
			return inner.write(offset, buffer);
		},
	};
	const controller = new AbortController();
	const warn = ({message}: {message: string}) => void warnings.push(message);
	const salvage = createSalvage({device, signal: controller.signal, warn}, limits);
	return {memory, salvage, warnings, writes, controller};
};

const first = {offset: 0, length: blockBytes};
const second = {offset: blockBytes, length: blockBytes};

const nonZero = ({bytes}: MemoryDevice, {offset, length}: ByteRange): readonly number[] => {
	const sectors = new Set<number>();
	for (let at = offset; at < offset + length; at += 1) {
		if (bytes[at] !== 0) {
			sectors.add(Math.floor(at / 512));
		}
	}

	return [...sectors];
};

test('one bad sector is found to the sector, and everything around it is written', async t => {
	const {memory, salvage, writes, warnings} = setup([bad(512 * 1001)]);
	const block = await salvage.salvage(first, eio);
	const unwritable = [{offset: 512 * 1001, length: 512}];
	t.deepEqual(block, {...first, writtenBytes: blockBytes - 512, unwritable});
	t.deepEqual(nonZero(memory, first), [1001]);
	// 11 halvings of 2,048 sectors.
	t.is(writes.length, 1 + 11 * 2);
	salvage.keep(block);
	t.deepEqual(await salvage.finish(), {
		writtenBytes: 0,
		unwritable: {listed: unwritable, count: 1, bytes: 512},
	});
	t.is(writes.length, 1 + 11 * 2 + 3);
	t.is(warnings.length, 2);
	t.regex(warnings[0] ?? '', /a write error in the 1048576 bytes at 0 \(EIO: i\/o error, write\)/);
	t.regex(warnings[1] ?? '', /in 1 block; 512 bytes in 1 range could not be written/);
});

test('bad sectors side by side are one range, and the first and last of a block are found', async t => {
	const {memory, salvage} = setup([bad(0, 1024), bad(512 * 700, 512 * 3), bad(blockBytes - 512)]);
	const {unwritable} = await salvage.salvage(first, eio);
	t.deepEqual(unwritable, [
		{offset: 0, length: 1024},
		{offset: 512 * 700, length: 1536},
		{offset: blockBytes - 512, length: 512},
	]);
	t.deepEqual(nonZero(memory, first), [0, 1, 700, 701, 702, 2047]);
});

test('sectors of 4096 bytes are not divided', async t => {
	const memory = createMemoryDevice({totalBytes: blockBytes, fill: 0xaa, logicalSectorBytes: 4096});
	const {salvage} = setup([bad(5 * 4096 + 512)], {pauseMs: 1}, memory);
	const {unwritable} = await salvage.salvage(first, eio);
	t.deepEqual(unwritable, [{offset: 5 * 4096, length: 4096}]);
});

test('what ends within a sector is written to its last byte', async t => {
	const memory = createMemoryDevice({totalBytes: 1300, fill: 0xaa});
	const {salvage} = setup([bad(1024)], {pauseMs: 1}, memory);
	const {unwritable, writtenBytes} = await salvage.salvage({offset: 0, length: 1300}, eio);
	t.deepEqual(unwritable, [{offset: 1024, length: 276}]);
	t.is(writtenBytes, 1024);
});

for (const failures of [1, 5, 11]) {
	test(`a sector that fails ${failures} times and then works is written before the block is left`, async t => {
		const {memory, salvage, warnings} = setup([bad(512 * 9, 512, {times: failures})]);
		const block = await salvage.salvage(first, eio);
		t.deepEqual(block, {...first, writtenBytes: blockBytes, unwritable: []});
		t.deepEqual(nonZero(memory, first), []);
		salvage.keep(block);
		t.is((await salvage.finish()).unwritable.count, 0);
		t.regex(warnings.at(-1) ?? '', /all of it was written when tried again/);
	});
}

for (const failures of [12, 13, 14]) {
	test(`what fails ${failures} times is written at the end, and counted then`, async t => {
		const {memory, salvage} = setup([bad(512 * 1800, 512, {times: failures}), bad(512 * 20)]);
		const block = await salvage.salvage(first, eio);
		t.is(block.writtenBytes, blockBytes - 1024);
		salvage.keep(block);
		const {writtenBytes, unwritable} = await salvage.finish();
		t.is(writtenBytes, 512);
		t.deepEqual(unwritable.listed, [{offset: 512 * 20, length: 512}]);
		t.deepEqual(nonZero(memory, first), [20]);
	});
}

test('waiting is bounded for the whole device, and said to be over once', async t => {
	const limits = {pauseMs: 60_000, waitingMs: 1000, lastPausesMs: [0, 60_000, 60_000]};
	const {salvage, writes, warnings} = setup([bad(0), bad(blockBytes)], limits);
	const startedMs = performance.now();
	salvage.keep(await salvage.salvage(first, eio));
	salvage.keep(await salvage.salvage(second, eio));
	t.is((await salvage.finish()).unwritable.count, 2);
	// Still found to the sector, and tried once more.
	t.is(writes.length, 2 * (1 + 22) + 2);
	t.true(performance.now() - startedMs < 30_000);
	t.is(warnings.filter(message => /waited 0 s for bad places to recover/.test(message)).length, 1);
});

test('where much is bad it is tried only once more', async t => {
	const limits = {pauseMs: 1, lastPausesMs: [0, 60_000], passingBytes: 32 * 1024};
	const {salvage, writes} = setup([bad(0, 64 * 1024)], limits);
	const block = await salvage.salvage(first, eio);
	t.deepEqual(block.unwritable, [{offset: 0, length: 64 * 1024}]);
	t.is(writes.filter(({offset}) => offset === 0).length, 12);
	salvage.keep(block);
	await salvage.finish();
	t.is(writes.filter(({offset}) => offset === 0).length, 12 + 8);
});

test('a thousand bad places give a handful of warnings', async t => {
	const memory = createMemoryDevice({totalBytes: 40 * blockBytes, fill: 0xaa});
	const faults = Array.from({length: 40}, (_, index) => bad(index * blockBytes + 512));
	const {salvage, warnings} = setup(faults, {pauseMs: 1, lastPausesMs: [0]}, memory);
	for (let offset = 0; offset < memory.bytes.length; offset += blockBytes) {
		salvage.keep(await salvage.salvage({offset, length: blockBytes}, eio));
	}

	t.is((await salvage.finish()).unwritable.count, 40);
	t.is(warnings.length, 4);
	t.regex(warnings[2] ?? '', /further write errors are only counted/);
	t.regex(warnings[3] ?? '', /in 40 blocks; 20480 bytes in 40 ranges/);
});

test('a device that is another one, or gone, when a whole block fails has changed: no million bad sectors', async t => {
	const all = bad(0, blockBytes);
	const block = {offset: 0, length: 32 * 1024};
	const other = setup([all, {on: 'inspect', becomes: {serial: 'OTHER'}}]);
	await t.throwsAsync(other.salvage.salvage(block, eio), {
		code: 'DEVICE_CHANGED',
		message: /serial was none, is OTHER/,
	});
	const gone = setup([all, {on: 'inspect', error: 'ENOENT'}]);
	await t.throwsAsync(gone.salvage.salvage(block, eio), {
		code: 'DEVICE_CHANGED',
		message: /could not be written at byte 0 and cannot be found any more/,
	});
	const same = setup([all]);
	t.deepEqual((await same.salvage.salvage(block, eio)).unwritable, [block]);
});

test('a device that takes nothing over a long way is given up', async t => {
	const {salvage} = setup([], {deadBytes: 3 * blockBytes});
	const dead = (index: number) => {
		const block = {offset: index * blockBytes, length: blockBytes};
		return {...block, writtenBytes: 0, unwritable: [block]};
	};
	salvage.keep(dead(0));
	salvage.keep(dead(1));
	salvage.keep({...dead(2), writtenBytes: 512});
	salvage.keep(dead(3));
	salvage.keep(dead(5));
	salvage.keep(dead(6));
	t.throws(() => salvage.keep(dead(7)), {
		code: 'WRITE_FAILED',
		message: /not one sector of the 3145728 bytes before byte 8388608/,
	});
});

for (const [errno, code] of [
	['ENOSPC', 'WRITE_INCOMPLETE'],
	['ENODEV', 'DEVICE_CHANGED'],
	['EROFS', 'WRITE_FAILED'],
] as const) {
	test(`${errno} in the middle of a salvage ends it`, async t => {
		const {salvage} = setup([
			bad(512 * 3, 512, {times: 5}),
			{on: 'write', at: {offset: 512 * 3, length: 512}, error: errno},
		]);
		await t.throwsAsync(salvage.salvage(first, eio), {code});
	});
}

for (const how of ['an abort', 'a stop'] as const) {
	test(`${how} ends a wait at once, and nothing is written any more`, async t => {
		const {salvage, writes, controller} = setup([bad(0)], {pauseMs: 50_000});
		setTimeout(() => (how === 'an abort' ? controller.abort() : salvage.stop()), 20);
		await t.throwsAsync(salvage.salvage(first, eio), {code: 'INTERRUPTED'});
		t.is(writes.length, 0);
	});
}

test('a longer block that is written at the second try is told of all the same', async t => {
	const {salvage, warnings} = setup([]);
	t.is(await salvage.split({offset: 0, length: 2 * blockBytes}, eio, async () => 'written'), 'written');
	t.is(warnings.length, 1);
	t.regex(warnings[0] ?? '', /a write error in the 2097152 bytes at 0 \(EIO/);
	await salvage.finish();
	t.regex(warnings[1] ?? '', /^\S+ write errors in 1 block; all of it was written when tried again$/);
});

test('a longer block with a bad place is told of by that place alone', async t => {
	const {salvage, warnings} = setup([bad(blockBytes)]);
	const whole = {offset: 0, length: 2 * blockBytes};
	const block = await salvage.split(whole, eio, async () => salvage.salvage(second, eio));
	t.is(block.unwritable[0]?.offset, blockBytes);
	t.is(warnings.length, 1);
	t.regex(warnings[0] ?? '', /1048576 bytes at 1048576/);
});
