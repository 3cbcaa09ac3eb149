import {execFile} from 'node:child_process';
import {open, truncate} from 'node:fs/promises';
import {promisify} from 'node:util';
import test from 'ava';
import {alignedBuffer} from '../../../src/aligned-buffer.ts';
import type {Device} from '../../../src/devices/device.ts';
import {schemes} from '../../../src/devices/index.ts';
import {watchLoopWrites} from '../../../src/devices/loops/writes.ts';
import {attachLoop, isRoot, randomFile} from '../../_helpers/loop.ts';
import {real} from '../../_helpers/surroundings.ts';

const run = promisify(execFile);
const mebibyte = 1024 ** 2;
const onLoop = isRoot ? test.serial : test.serial.skip;

const openDevice = async (name: 'block' | 'loop', target: string, path: string): Promise<Device> => {
	const scheme = schemes.find(({scheme}) => scheme === name);
	if (!scheme) {
		throw new TypeError(`there is no scheme ${name}`);
	}

	return scheme.open(await scheme.inspect({scheme: name, target, path}, real), 'erase', real);
};

const writeInto = async (file: string, position: number): Promise<void> => {
	await using handle = await open(file, 'r+');
	await handle.write(Buffer.alloc(4096, 7), 0, 4096, position);
};

/** What the count grows by. */
const growth = async (device: Device, work: () => Promise<unknown>): Promise<number> => {
	const before = await device.countWrites?.();
	await work();
	await device.sync();
	const after = await device.countWrites?.();
	return typeof before === 'number' && typeof after === 'number' ? after - before : Number.NaN;
};

for (const name of ['block', 'loop'] as const) {
	onLoop(`${name}: our own writes count to the sector, and those to the file count, too`, async t => {
		await using image = await randomFile(4 * mebibyte);
		await using loop = name === 'block' ? await attachLoop(image.path) : undefined;
		const path = loop?.path ?? image.path;
		await using device = await openDevice(name, name === 'block' ? path : `loop:${path}`, path);
		t.is(await growth(device, async () => {}), 0);
		t.is(await growth(device, () => device.read(0, alignedBuffer(mebibyte))), 0);
		t.is(await growth(device, () => device.write(mebibyte, alignedBuffer(mebibyte))), 2048);
		t.true((await growth(device, () => writeInto(image.path, 0))) >= 1);
		t.true((await growth(device, () => run('fallocate', ['-p', '-o', '0', '-l', '4096', image.path]))) >= 1);
		t.is(await growth(device, () => device.write(0, alignedBuffer(4096))), 8);
		t.true((await growth(device, () => truncate(image.path, 4 * mebibyte))) >= 1);
	});
}

onLoop('a discard counts like a write', async t => {
	await using image = await randomFile(4 * mebibyte);
	await using loop = await attachLoop(image.path);
	await using device = await openDevice('block', loop.path, loop.path);
	const node = device.openNode ?? '';
	t.is(await growth(device, () => run('blkdiscard', ['-f', '-o', '0', '-l', String(mebibyte), node])), 2048);
});

onLoop('a loop device on another one counts what is written to that', async t => {
	await using image = await randomFile(4 * mebibyte);
	await using below = await attachLoop(image.path);
	await using above = await attachLoop(below.path);
	const directory = `/sys/block/${above.path.slice('/dev/'.length)}`;
	const writes = await watchLoopWrites(directory, '/');
	const before = await writes.count();
	await run('dd', ['if=/dev/zero', `of=${below.path}`, 'bs=4096', 'count=1', 'oflag=direct', 'conv=nocreat']);
	t.is(await writes.count(), (before ?? Number.NaN) + 8);
	writes.close();
});

test('where nobody can say what it stands on, nothing is counted', async t => {
	t.is(await (await watchLoopWrites('/sys/block/nowhere', '/')).count(), null);
});
