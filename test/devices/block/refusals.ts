import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdir, truncate} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import block from '../../../src/devices/block.ts';
import type {DeviceFacts} from '../../../src/devices/device.ts';
import {listDevices} from '../../../src/devices/facts/list.ts';
import type {SanitizeError} from '../../../src/errors.ts';
import {hashOf, imageBytes, inspect, loopDevice} from '../../_helpers/block-device.ts';
import {attachLoop, isRoot, randomFile, temporaryDirectory, untilFree} from '../../_helpers/loop.ts';
import {answering, real} from '../../_helpers/surroundings.ts';

const run = promisify(execFile);
/** Opening is refused with `code` and not a byte is changed. */
const refuses = async (
	t: ExecutionContext,
	facts: DeviceFacts,
	code: string,
	mode: 'read' | 'erase' = 'erase',
) => {
	const before = await hashOf(facts.path);
	const error = await t.throwsAsync<SanitizeError>(block.open(facts, mode, real), {code});
	t.is(await hashOf(facts.path), before);
	return error;
};

const onLoop = isRoot ? test.serial : test.serial.skip;

onLoop('a mounted file system is seen and refused', async t => {
	await using loop = await loopDevice();
	await using directory = await temporaryDirectory();
	const mountPoint = join(directory.path, 'a mount');
	await mkdir(mountPoint);
	await run('mkfs.ext4', ['-q', '-L', 'data', loop.path]);
	await run('mount', ['-o', 'ro', loop.path, mountPoint]);
	try {
		const facts = await inspect(loop.path);
		t.deepEqual(facts.mountPoints, [mountPoint]);
		t.deepEqual(facts.contents, {partitionTable: null, fileSystem: 'ext4', label: 'data'});
		const error = await refuses(t, facts, 'DEVICE_BUSY');
		t.true(error?.message.includes(`mounted on ${mountPoint}`));
		await refuses(t, facts, 'DEVICE_BUSY', 'read');
	} finally {
		await run('umount', [mountPoint]);
	}
});

onLoop('swap is seen and refused', async t => {
	await using loop = await loopDevice();
	await run('mkswap', [loop.path]);
	await run('swapon', [loop.path]);
	try {
		const facts = await inspect(loop.path);
		t.deepEqual(facts.holders, [{kind: 'swap', name: loop.path}]);
		const error = await refuses(t, facts, 'DEVICE_BUSY');
		t.true(error?.message.includes(`swap on ${loop.path}`));
	} finally {
		await run('swapoff', [loop.path]);
	}
});

onLoop('a loop device over it is a holder', async t => {
	await using lower = await loopDevice();
	await using upper = await attachLoop(lower.path);
	t.deepEqual((await inspect(lower.path)).holders, [{kind: 'loop', name: upper.path}]);
});

onLoop('a write-protected device is refused for erasing alone', async t => {
	await using loop = await loopDevice({readOnly: true});
	const facts = await inspect(loop.path);
	t.true(facts.readOnly);
	await refuses(t, facts, 'DEVICE_READ_ONLY');
	await using device = await block.open(facts, 'read', real);
	t.is(device.facts, facts);
});

onLoop('blockdev --setro after the inspection is noticed', async t => {
	await using loop = await loopDevice();
	const facts = await inspect(loop.path);
	await run('blockdev', ['--setro', loop.path]);
	await refuses(t, facts, 'DEVICE_READ_ONLY');
	await run('blockdev', ['--setrw', loop.path]);
});

onLoop('another device at the same node is not the one that was looked at', async t => {
	await using loop = await loopDevice();
	const facts = await inspect(loop.path);
	await loop.detach();
	await using other = await randomFile(imageBytes / 2);
	await untilFree(async () => run('losetup', [loop.path, other.path]));
	try {
		await refuses(t, facts, 'DEVICE_CHANGED');
		// Nothing stays held after the refusal.
		await using again = await block.open(await inspect(loop.path), 'erase', real);
		t.is(again.facts.totalBytes, imageBytes / 2);
	} finally {
		await run('losetup', ['--detach', loop.path]);
	}
});

onLoop('a different device number or serial is another device', async t => {
	await using loop = await loopDevice();
	const facts = await inspect(loop.path);
	await refuses(t, {...facts, deviceNumber: '8:0'}, 'DEVICE_CHANGED');
	await refuses(t, {...facts, serial: 'S1'}, 'DEVICE_CHANGED');
	await using other = await randomFile(4096);
	const error = await t.throwsAsync(block.open({...facts, path: other.path}, 'erase', real), {
		code: 'DEVICE_CHANGED',
	});
	t.regex(error?.message ?? '', /not a block device/);
});

onLoop('a device that shrinks while it is held is noticed', async t => {
	await using loop = await loopDevice();
	const facts = await inspect(loop.path);
	await using device = await block.open(facts, 'erase', real);
	await truncate(loop.image, imageBytes / 2);
	await run('losetup', ['--set-capacity', loop.path]);
	t.is((await device.inspect()).totalBytes, imageBytes / 2);
	t.is(device.facts.totalBytes, imageBytes);
});

test('a missing node is refused and not created', async t => {
	const node = `/dev/zeroize-test-${process.pid}`;
	const error = await t.throwsAsync<SanitizeError>(inspect(node), {code: 'DEVICE_MISSING'});
	t.is(error?.hint, 'see zeroize devices for what is here');
	t.false(existsSync(node));
	const facts = {...(await listDevices(real))[0], path: node, target: node} as DeviceFacts;
	await t.throwsAsync(block.open(facts, 'erase', real), {code: 'DEVICE_MISSING'});
	t.false(existsSync(node));
});

test('files, directories and character devices are not block devices', async t => {
	await using image = await randomFile(4096);
	const error = await t.throwsAsync<SanitizeError>(inspect(image.path), {code: 'NOT_A_BLOCK_DEVICE'});
	t.regex(error?.hint ?? '', /file:.* or loop:/);
	await t.throwsAsync(inspect('/tmp'), {code: 'NOT_A_BLOCK_DEVICE'});
	await t.throwsAsync(inspect('/dev/null'), {code: 'NOT_A_BLOCK_DEVICE'});
	await t.throwsAsync(inspect(join(image.path, 'x')), {code: 'DEVICE_MISSING'});
});

onLoop('a loop device without a file is empty', async t => {
	// Another test may attach the free one in the meantime: then look for the next.
	for (let attempt = 1; attempt <= 20; attempt += 1) {
		const free = (await run('losetup', ['--find'])).stdout.trim();
		const error = await inspect(free).then(
			() => undefined,
			(reason: SanitizeError) => reason,
		);
		if (error) {
			t.is(error.code, 'DEVICE_EMPTY');
			return;
		}
	}

	t.fail('every free loop device was taken');
});

onLoop('a device that lsblk does not list is not described by guessing', async t => {
	await using loop = await loopDevice();
	const tools = answering({
		blockdev: '4096\n512\n512\n0\n',
		lsblk: {exitCode: 32, stdout: '{"blockdevices":[]}'},
		blkid: '',
	});
	const target = {scheme: 'block', target: loop.path, path: loop.path} as const;
	await t.throwsAsync(block.inspect(target, {tools, root: '/'}), {code: 'TOOL_FAILED'});
});
