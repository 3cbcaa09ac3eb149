import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {appendFile, link, rm} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import block from '../../src/devices/block.ts';
import file from '../../src/devices/file.ts';
import loop from '../../src/devices/loop.ts';
import {createPlace} from '../_helpers/cli.ts';
import {attachLoop, isRoot, randomFile, temporaryDirectory} from '../_helpers/loop.ts';
import {slowFile} from '../_helpers/slow-file.ts';
import {real} from '../_helpers/surroundings.ts';

const onLoop = isRoot ? test.serial : test.serial.skip;

const totalBytes = 1024 ** 2;

/** Another process that has a file or node open for writing, and does nothing with it. */
const holdOpen = async (t: ExecutionContext, target: string, flags: string): Promise<number> => {
	const script = `require('node:fs').openSync(${JSON.stringify(target)}, ${JSON.stringify(flags)}); console.log('open'); setTimeout(() => {}, 60_000)`;
	const child = spawn(process.execPath, ['-e', script], {stdio: ['ignore', 'pipe', 'inherit']});
	t.teardown(() => child.kill('SIGKILL'));
	await once(child.stdout, 'data');
	return child.pid ?? 0;
};

const inspectBlock = async (target: string) => block.inspect({scheme: 'block', target, path: target}, real);

const inspectFile = async (name: string) =>
	file.inspect({scheme: 'file', target: `file:${name}`, path: name}, real);

onLoop('a process that has the device open for writing is named, and keeps it from being erased', async t => {
	await using image = await randomFile(totalBytes);
	await using device = await attachLoop(image.path);
	const facts = await inspectBlock(device.path);
	t.deepEqual(facts.holders, []);
	const pid = await holdOpen(t, device.path, 'r+');
	const [holder] = (await inspectBlock(device.path)).holders;
	t.is(holder?.kind, 'open');
	t.regex(holder?.name ?? '', new RegExp(`^process ${pid} `));
});

onLoop('a process that only reads the device is nobody to wait for', async t => {
	await using image = await randomFile(totalBytes);
	await using device = await attachLoop(image.path);
	await holdOpen(t, device.path, 'r');
	t.deepEqual((await inspectBlock(device.path)).holders, []);
});

test('a process that writes to a file is named', async t => {
	await using image = await randomFile(totalBytes);
	const pid = await holdOpen(t, image.path, 'r+');
	t.regex((await inspectFile(image.path)).holders[0]?.name ?? '', new RegExp(`^process ${pid} `));
});

onLoop('a loop device holds its file under every name of it, also when the first one is gone', async t => {
	await using directory = await temporaryDirectory();
	await using image = await randomFile(totalBytes, directory.path);
	const second = path.join(directory.path, 'second.img');
	await link(image.path, second);
	await using device = await attachLoop(image.path);
	await rm(image.path);
	t.deepEqual((await inspectFile(second)).holders, [{kind: 'loop', name: device.path}]);
	await link(second, image.path);
});

onLoop('two loop devices on one file hold each other', async t => {
	await using image = await randomFile(totalBytes);
	await using first = await attachLoop(image.path);
	await using second = await attachLoop(image.path);
	t.deepEqual((await inspectBlock(first.path)).holders, [{kind: 'loop', name: second.path}]);
});

onLoop('a loop device that was attached anew in the meantime is another device', async t => {
	await using image = await randomFile(totalBytes);
	await using other = await randomFile(totalBytes);
	// A number that nobody gets who asks for any free one.
	const node = '/dev/loop63';
	execFileSync('losetup', [node, image.path]);
	t.teardown(() => execFileSync('losetup', ['--detach', node]));
	const facts = await inspectBlock(node);
	execFileSync('losetup', ['--detach', node]);
	execFileSync('losetup', [node, other.path]);
	await t.throwsAsync(block.open(facts, 'erase', real), {
		code: 'DEVICE_CHANGED',
		message: /diskSequence was/,
	});
});

onLoop('a file that grows under its loop device is seen', async t => {
	await using image = await randomFile(totalBytes);
	const facts = await loop.inspect({scheme: 'loop', target: `loop:${image.path}`, path: image.path}, real);
	await using device = await loop.open(facts, 'erase', real);
	await appendFile(image.path, Buffer.alloc(512, 1));
	t.is((await device.inspect()).totalBytes, totalBytes + 512);
});

test('a file that another process has open on a file system that never answers holds up nothing', async t => {
	await using image = await randomFile(totalBytes);
	const {directory} = await createPlace(t);
	const slow = await slowFile(t, directory, {});
	await holdOpen(t, slow.path, 'r+');
	slow.freeze();
	const startedAtMs = performance.now();
	t.deepEqual((await inspectFile(image.path)).holders, []);
	t.true(performance.now() - startedAtMs < 20_000);
	slow.thaw();
});
