import {open, readFile} from 'node:fs/promises';
import test from 'ava';
import {alignedBuffer} from '../../src/aligned-buffer.ts';
import block from '../../src/devices/block.ts';
import type {DeviceScheme, DeviceSurroundings, OpenMode} from '../../src/devices/device.ts';
import {dryRun} from '../../src/devices/dry-run.ts';
import {faulty} from '../../src/devices/faulty.ts';
import file from '../../src/devices/file.ts';
import loop from '../../src/devices/loop.ts';
import memory, {createMemoryDevice} from '../../src/devices/memory.ts';
import {createTools} from '../../src/process.ts';
import {deviceSuite, type SuiteSubject} from '../_helpers/device-suite.ts';
import {attachLoop, isRoot, loopsOf, randomFile} from '../_helpers/loop.ts';

const surroundings: DeviceSurroundings = {tools: createTools({env: process.env}), root: '/'};
const skip = isRoot ? undefined : 'loop devices need root';
const imageBytes = 64 * 1024;

const openBlock =
	(sectorSize: number) =>
	async (mode: OpenMode): Promise<SuiteSubject> => {
		const stack = new AsyncDisposableStack();
		const image = stack.use(await randomFile(imageBytes));
		const attached = stack.use(await attachLoop(image.path, {sectorSize}));
		const facts = await block.inspect(
			{scheme: 'block', target: attached.path, path: attached.path},
			surroundings,
		);
		const device = await block.open(facts, mode, surroundings);
		return {
			device,
			bytes: async () => readFile(image.path).then(bytes => new Uint8Array(bytes)),
			// Nobody else can open it exclusively while we hold it.
			isReleased: async () => {
				await using again = await block.open(facts, mode, surroundings);
				return again.node === attached.path;
			},
			[Symbol.asyncDispose]: async () => stack.disposeAsync(),
		};
	};

const openFile =
	(scheme: DeviceScheme, totalBytes: number) =>
	async (mode: OpenMode): Promise<SuiteSubject> => {
		const image = await randomFile(totalBytes);
		const target = {scheme: scheme.scheme, target: `${scheme.scheme}:${image.path}`, path: image.path};
		const facts = await scheme.inspect(target, surroundings);
		return {
			device: await scheme.open(facts, mode, surroundings),
			bytes: async () => readFile(image.path).then(bytes => new Uint8Array(bytes)),
			isReleased: async () => (isRoot ? (await loopsOf(image.path)).length === 0 : true),
			[Symbol.asyncDispose]: async () => image[Symbol.asyncDispose](),
		};
	};

const openMemory = async (mode: OpenMode): Promise<SuiteSubject> => {
	const device = createMemoryDevice({totalBytes: 4096, fill: 7, mode});
	return {device, bytes: async () => device.bytes.slice(), [Symbol.asyncDispose]: async () => {}};
};

deviceSuite(test, 'a block device', {open: openBlock(512), skip});
deviceSuite(test, 'a block device of 4096-byte sectors', {open: openBlock(4096), skip});
deviceSuite(test, 'loop:', {open: openFile(loop, imageBytes), skip});
deviceSuite(test, 'file: of whole sectors', {open: openFile(file, imageBytes)});
deviceSuite(test, 'file: with an odd end', {open: openFile(file, 10_000)});
deviceSuite(test, 'file: of less than three sectors', {open: openFile(file, 8193)});
deviceSuite(test, 'memory', {open: openMemory});
deviceSuite(test, 'faulty without faults', {
	open: async mode => {
		const subject = await openMemory(mode);
		return {...subject, device: faulty(subject.device, [])};
	},
});
deviceSuite(test, 'dry run', {
	discardsWrites: true,
	open: async mode => {
		const subject = await openMemory(mode);
		return {...subject, device: dryRun(subject.device)};
	},
});

test('a memory device can be opened by its scheme', async t => {
	const facts = await memory.inspect({scheme: 'memory', target: 'memory:1KiB', path: '1KiB'}, surroundings);
	await using device = await memory.open(facts, 'erase', surroundings);
	t.is(device.facts.totalBytes, 1024);
	await t.throwsAsync(memory.inspect({scheme: 'memory', target: 'memory:x', path: 'x'}, surroundings), {
		code: 'USAGE',
	});
});

test('a memory device is as strict about sectors as direct I/O', async t => {
	const device = createMemoryDevice({totalBytes: 8192, logicalSectorBytes: 4096});
	const error = await t.throwsAsync(device.write(512, new Uint8Array(4096)), {code: 'WRITE_FAILED'});
	t.like(error?.cause, {code: 'EINVAL'});
	await t.throwsAsync(device.read(0, new Uint8Array(512)), {code: 'UNREADABLE'});
	t.true(device.bytes.every(byte => byte === 0));
});

test('reading a file that ends in the middle of a sector gives its last bytes', async t => {
	await using image = await randomFile(10_000);
	const facts = await file.inspect({scheme: 'file', target: image.path, path: image.path}, surroundings);
	await using device = await file.open(facts, 'read', surroundings);
	await using plain = await open(image.path);
	const buffer = new Uint8Array(10_000);
	await plain.read(buffer, 0, 10_000, 0);
	const whole = alignedBuffer(12_288);
	t.is(await device.read(0, whole), 10_000);
	t.deepEqual(whole.slice(0, 10_000), buffer);
});
