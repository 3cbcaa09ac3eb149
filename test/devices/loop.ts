import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {open, readFile, rename, rm, truncate} from 'node:fs/promises';
import {setTimeout as delay} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import type {DeviceFacts} from '../../src/devices/device.ts';
import loop from '../../src/devices/loop.ts';
import {attachLoop as attachForRun, detachAllSync, detachLoop} from '../../src/devices/loops/registry.ts';
import type {SanitizeError} from '../../src/errors.ts';
import {attachLoop, isRoot, loopsOf, randomFile, temporaryDirectory} from '../_helpers/loop.ts';
import {answering, real} from '../_helpers/surroundings.ts';

const imageBytes = 1024 ** 2;
const onLoop = isRoot ? test.serial : test.serial.skip;

const inspect = async (path: string): Promise<DeviceFacts> =>
	loop.inspect({scheme: 'loop', target: `loop:${path}`, path}, real);

/** The kernel lets go with the last close, which udev may delay. */
const isDetached = async (file: string): Promise<boolean> => {
	for (let attempt = 0; attempt < 40; attempt += 1) {
		if ((await loopsOf(file)).length === 0) {
			return true;
		}

		await delay(50);
	}

	return false;
};

const refuses = async (t: ExecutionContext, facts: DeviceFacts, code: string) => {
	const before = await readFile(facts.path);
	const loops = await loopsOf(facts.path);
	const error = await t.throwsAsync<SanitizeError>(loop.open(facts, 'erase', real), {code});
	t.true(before.equals(await readFile(facts.path)));
	t.deepEqual(await loopsOf(facts.path), loops);
	return error;
};

test('looking at a file attaches nothing', async t => {
	await using image = await randomFile(imageBytes);
	const facts = await inspect(image.path);
	t.like(facts, {
		kind: 'loop',
		path: image.path,
		totalBytes: imageBytes,
		logicalSectorBytes: 512,
		holders: [],
	});
	t.regex(facts.deviceNumber ?? '', /^inode \d+:\d+$/);
	t.deepEqual(isRoot ? await loopsOf(image.path) : [], []);
});

test('a file that a loop device cannot hold to the last byte is refused', async t => {
	await using image = await randomFile(1000);
	const error = await t.throwsAsync<SanitizeError>(inspect(image.path), {code: 'UNSUPPORTED'});
	t.is(error?.hint, `write file:${image.path} to erase it to the last byte`);
});

test('what is not there, not a file or empty is refused', async t => {
	await using image = await randomFile(0);
	await t.throwsAsync(inspect(image.path), {code: 'DEVICE_EMPTY'});
	await t.throwsAsync(inspect('/tmp'), {code: 'NOT_A_REGULAR_FILE'});
	await t.throwsAsync(inspect(`${image.path}.missing`), {code: 'DEVICE_MISSING'});
});

onLoop('an opened device has a loop node of its own and leaves none behind', async t => {
	await using image = await randomFile(imageBytes);
	const device = await loop.open(await inspect(image.path), 'erase', real);
	t.deepEqual(await loopsOf(image.path), [device.node ?? '']);
	t.true(device.isDirect);
	await device[Symbol.asyncDispose]();
	t.true(await isDetached(image.path));
});

onLoop('a file that is attached already is busy', async t => {
	await using image = await randomFile(imageBytes);
	await using other = await attachLoop(image.path);
	const facts = await inspect(image.path);
	t.deepEqual(facts.holders, [{kind: 'loop', name: other.path}]);
	const error = await refuses(t, facts, 'DEVICE_BUSY');
	t.true(error?.message.includes(other.path));
});

onLoop('another file in its place is refused', async t => {
	await using image = await randomFile(imageBytes);
	await using other = await randomFile(imageBytes);
	const facts = await inspect(image.path);
	await rename(other.path, image.path);
	await refuses(t, facts, 'DEVICE_CHANGED');
});

onLoop('a file that is exchanged, cut short or removed while it is held is noticed', async t => {
	await using image = await randomFile(imageBytes);
	await using other = await randomFile(imageBytes);
	const facts = await inspect(image.path);
	await using device = await loop.open(facts, 'erase', real);
	await truncate(image.path, imageBytes / 2);
	t.is((await device.inspect()).totalBytes, imageBytes / 2);
	await rename(image.path, `${image.path}.moved`);
	await rename(other.path, image.path);
	t.not((await device.inspect()).deviceNumber, facts.deviceNumber);
	await rm(image.path);
	await t.throwsAsync(device.inspect(), {code: 'DEVICE_MISSING'});
	await rm(`${image.path}.moved`);
	await t.throwsAsync(device.inspect(), {code: 'DEVICE_MISSING'});
});

onLoop('a process that has the loop device open is seen', async t => {
	await using image = await randomFile(imageBytes);
	await using device = await loop.open(await inspect(image.path), 'erase', real);
	await using handle = await open(device.node ?? '', 'r+');
	const holder = spawn('sleep', ['60'], {stdio: [handle.fd, 'ignore', 'ignore']});
	await once(holder, 'spawn');
	const {holders} = await device.inspect();
	holder.kill('SIGKILL');
	await once(holder, 'exit');
	t.deepEqual(holders, [{kind: 'open', name: `process ${holder.pid} (sleep)`}]);
	t.deepEqual((await device.inspect()).holders, []);
});

onLoop('a failed open detaches', async t => {
	await using image = await randomFile(imageBytes);
	const facts = await inspect(image.path);
	const tools = {
		...real.tools,
		run: answering({
			losetup: () => '',
			blockdev: {exitCode: 1, stderr: 'blockdev: ioctl error on BLKGETSIZE64: Input/output error'},
		}).run,
	};
	const mixed = {
		...real.tools,
		run: async (...call: Parameters<typeof tools.run>) =>
			call[0] === 'losetup' ? real.tools.run(...call) : tools.run(...call),
	};
	await t.throwsAsync(loop.open(facts, 'erase', {...real, tools: mixed}), {code: 'TOOL_FAILED'});
	t.true(await isDetached(image.path));
});

onLoop('a loop device that was left write-protected is refused before the first write', async t => {
	await using image = await randomFile(imageBytes);
	const facts = await inspect(image.path);
	const protect = async (how: string, node = '') => real.tools.run('blockdev', [how, node]);
	const run: typeof real.tools.run = async (name, args, ...rest) => {
		if (args[0] === '--detach') {
			await protect('--setrw', args[1]);
		}

		const result = await real.tools.run(name, args, ...rest);
		if (args.includes('--find')) {
			await protect('--setro', result.stdout.trim());
		}

		return result;
	};
	const tools = {...real.tools, run};
	const error = await t.throwsAsync<SanitizeError>(loop.open(facts, 'erase', {...real, tools}), {
		code: 'DEVICE_READ_ONLY',
	});
	t.regex(error?.hint ?? '', /^lift that: blockdev --setrw \/dev\/loop\d+$/);
	t.true(await isDetached(image.path));
});

onLoop('attaching is tried again when another process was faster', async t => {
	const losetup = [
		{exitCode: 1, stderr: 'losetup: x: failed to set up loop device: Device or resource busy'},
		{exitCode: 1, stderr: 'losetup: x: failed to set up loop device: Invalid argument'},
		'/dev/loop-of-test\n',
	];
	const asked: string[] = [];
	const tools = answering({
		losetup: args => {
			asked.push(args.join(' '));
			return losetup.shift() ?? '';
		},
	});
	t.is(await attachForRun('x', {isReadOnly: true, tools}), '/dev/loop-of-test');
	t.deepEqual(asked, [
		'--direct-io=on --find --show --read-only x',
		'--direct-io=on --find --show --read-only x',
		'--find --show --read-only x',
	]);
	await detachLoop('/dev/loop-of-test', tools);
	t.is(asked.at(-1), '--detach /dev/loop-of-test');
});

for (const [stderr, code] of [
	['losetup: cannot open /dev/loop-control: Permission denied', 'NO_PERMISSION'],
	['losetup: x: failed to set up loop device: No such file or directory', 'TOOL_FAILED'],
] as const) {
	test(`losetup that fails is ${code}: ${stderr}`, async t => {
		const tools = answering({losetup: {exitCode: 1, stderr}});
		await t.throwsAsync(attachForRun('x', {isReadOnly: false, tools}), {code});
	});
}

onLoop('a file on a file system without direct I/O is attached, and is not direct', async t => {
	await using directory = await temporaryDirectory();
	await real.tools.run('mount', ['-t', 'ramfs', 'ramfs', directory.path]);
	try {
		await using image = await randomFile(imageBytes, directory.path);
		await using device = await loop.open(await inspect(image.path), 'erase', real);
		t.false(device.isDirect);
		await device[Symbol.asyncDispose]();
		t.true(await isDetached(image.path));
	} finally {
		await real.tools.run('umount', [directory.path]);
	}
});

onLoop('what is still attached when the process ends is detached', async t => {
	await using image = await randomFile(imageBytes);
	await attachForRun(image.path, {isReadOnly: false, tools: real.tools});
	t.is((await loopsOf(image.path)).length, 1);
	detachAllSync();
	t.true(await isDetached(image.path));
	detachAllSync();
});

onLoop('a process that is killed leaves no loop device behind', async t => {
	await using image = await randomFile(imageBytes);
	const script = `
		import loop from ${JSON.stringify(import.meta.resolve('../../src/devices/loop.ts'))};
		import {createTools} from ${JSON.stringify(import.meta.resolve('../../src/process.ts'))};
		const surroundings = {tools: createTools({env: process.env}), root: '/'};
		const facts = await loop.inspect({scheme: 'loop', target: 'x', path: process.argv[1]}, surroundings);
		const device = await loop.open(facts, 'erase', surroundings);
		console.log(device.node);
		setInterval(() => device, 1000);
	`;
	const child = spawn(process.execPath, ['--input-type=module', '--eval', script, image.path], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	await once(child.stdout, 'data');
	t.is((await loopsOf(image.path)).length, 1);
	child.kill('SIGKILL');
	await once(child, 'exit');
	t.true(await isDetached(image.path));
});
