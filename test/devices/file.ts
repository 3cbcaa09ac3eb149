import {execFile} from 'node:child_process';
import {chmod, readFile, rename, stat, truncate, writeFile} from 'node:fs/promises';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {alignedBuffer} from '../../src/aligned-buffer.ts';
import type {DeviceFacts} from '../../src/devices/device.ts';
import file from '../../src/devices/file.ts';
import type {SanitizeError} from '../../src/errors.ts';
import {attachLoop, isRoot, randomFile, temporaryDirectory} from '../_helpers/loop.ts';
import {real} from '../_helpers/surroundings.ts';

const run = promisify(execFile);
const asRoot = isRoot ? test.serial : test.serial.skip;

const inspect = async (path: string): Promise<DeviceFacts> =>
	file.inspect({scheme: 'file', target: `file:${path}`, path}, real);

const refuses = async (t: ExecutionContext, facts: DeviceFacts, code: string) => {
	const before = await readFile(facts.path);
	const error = await t.throwsAsync<SanitizeError>(file.open(facts, 'erase', real), {code});
	t.true(before.equals(await readFile(facts.path)));
	return error;
};

test('a file is described by its inode and size', async t => {
	await using image = await randomFile(10_000);
	const {dev, ino} = await stat(image.path);
	t.like(await inspect(image.path), {
		target: `file:${image.path}`,
		path: image.path,
		kind: 'file',
		deviceNumber: `inode ${dev}:${ino}`,
		totalBytes: 10_000,
		readOnly: false,
	});
});

test('what is not there, not a file or empty is refused, and nothing is created', async t => {
	await using image = await randomFile(0);
	await t.throwsAsync(inspect(image.path), {code: 'DEVICE_EMPTY'});
	await t.throwsAsync(inspect(`${image.path}.missing`), {code: 'DEVICE_MISSING'});
	await t.throwsAsync(stat(`${image.path}.missing`), {code: 'ENOENT'});
	const error = await t.throwsAsync<SanitizeError>(inspect('/dev/null'), {code: 'NOT_A_REGULAR_FILE'});
	t.is(error?.hint, 'name a file that holds a disk image');
});

test('zeros reach the last byte and the file keeps its size', async t => {
	await using image = await randomFile(70_001);
	const facts = await inspect(image.path);
	await using device = await file.open(facts, 'erase', real);
	t.is(device.node, facts.path);
	const zeros = alignedBuffer(32_768);
	let position = 0;
	while (position < facts.totalBytes) {
		position += await device.write(position, zeros);
	}

	await device.sync();
	t.is(position, 70_001);
	t.deepEqual(await readFile(image.path), Buffer.alloc(70_001));
	t.deepEqual(await device.inspect(), facts);
});

test('a file that is cut short while it is held is not made longer again', async t => {
	await using image = await randomFile(65_536);
	await using device = await file.open(await inspect(image.path), 'erase', real);
	await truncate(image.path, 16_384);
	t.is(await device.write(0, alignedBuffer(32_768)), 16_384);
	const error = await t.throwsAsync(device.write(32_768, alignedBuffer(4096)), {code: 'WRITE_FAILED'});
	t.like(error?.cause, {code: 'ENOSPC'});
	t.is((await stat(image.path)).size, 16_384);
	t.is((await device.inspect()).totalBytes, 16_384);
});

test('another file in its place, or another size, is refused', async t => {
	await using image = await randomFile(8192);
	await using other = await randomFile(8192);
	const facts = await inspect(image.path);
	await rename(other.path, image.path);
	await refuses(t, facts, 'DEVICE_CHANGED');
	await refuses(t, {...(await inspect(image.path)), totalBytes: 4096}, 'DEVICE_CHANGED');
});

test('a file that is gone is missing', async t => {
	await using image = await randomFile(8192);
	const facts = await inspect(image.path);
	await rename(image.path, `${image.path}.moved`);
	await t.throwsAsync(file.open(facts, 'erase', real), {code: 'DEVICE_MISSING'});
	await t.throwsAsync(stat(image.path), {code: 'ENOENT'});
});

asRoot('an immutable file is read-only', async t => {
	await using image = await randomFile(8192);
	await run('chattr', ['+i', image.path]);
	try {
		const facts = await inspect(image.path);
		t.true(facts.readOnly);
		await refuses(t, facts, 'DEVICE_READ_ONLY');
		await using device = await file.open(facts, 'read', real);
		t.is(await device.read(0, alignedBuffer(8192)), 8192);
	} finally {
		await run('chattr', ['-i', image.path]);
	}
});

asRoot('a file that a loop device has is busy', async t => {
	await using image = await randomFile(8192);
	await using loop = await attachLoop(image.path);
	const facts = await inspect(image.path);
	t.deepEqual(facts.holders, [{kind: 'loop', name: loop.path}]);
	await refuses(t, facts, 'DEVICE_BUSY');
});

asRoot('a swap file is busy', async t => {
	await using image = await randomFile(1024 ** 2);
	await chmod(image.path, 0o600);
	await run('mkswap', [image.path]);
	await run('swapon', [image.path]);
	try {
		const facts = await inspect(image.path);
		t.deepEqual(facts.holders, [{kind: 'swap', name: image.path}]);
		await t.throwsAsync(file.open(facts, 'erase', real), {code: 'DEVICE_BUSY'});
	} finally {
		await run('swapoff', [image.path]);
	}
});

asRoot('a file system without direct I/O is used through the page cache, and that is said', async t => {
	await using directory = await temporaryDirectory();
	await run('mount', ['-t', 'ramfs', 'ramfs', directory.path]);
	try {
		await using image = await randomFile(10_000, directory.path);
		await using device = await file.open(await inspect(image.path), 'erase', real);
		t.false(device.isDirect);
		t.is(device.facts.logicalSectorBytes, 4096);
		t.is(await device.write(8192, alignedBuffer(4096)), 1808);
		await device.sync();
		t.is(
			(await readFile(image.path)).subarray(8192).findIndex(byte => byte !== 0),
			-1,
		);
		t.is((await stat(image.path)).size, 10_000);
	} finally {
		await run('umount', [directory.path]);
	}
});

asRoot('tmpfs takes direct I/O, also at an odd end', async t => {
	await using image = await randomFile(10_000, '/dev/shm');
	await using device = await file.open(await inspect(image.path), 'erase', real);
	t.is(await device.write(8192, alignedBuffer(4096)), 1808);
	t.is(await device.read(8192, alignedBuffer(4096)), 1808);
	t.is((await stat(image.path)).size, 10_000);
});

asRoot('somebody without permission is told so', async t => {
	await using image = await randomFile(8192);
	await writeFile(
		`${image.path}.mjs`,
		`
		import file from ${JSON.stringify(import.meta.resolve('../../src/devices/file.ts'))};
		const surroundings = {root: '/', tools: {}};
		const facts = await file.inspect({scheme: 'file', target: 'x', path: process.argv[2]}, surroundings);
		await file.open(facts, 'erase', surroundings).catch(error => console.log(facts.readOnly, error.code));
	`,
	);
	await chmod(image.path, 0o600);
	const parent = image.path.replace(/\/[^/]*$/, '');
	await chmod(parent, 0o755);
	const {stdout} = await run('setpriv', [
		'--reuid=65534',
		'--clear-groups',
		process.execPath,
		`${image.path}.mjs`,
		image.path,
	]);
	t.is(stdout, 'true NO_PERMISSION\n');
	await chmod(parent, 0o700);
	const hidden = await t.throwsAsync(
		run('setpriv', [
			'--reuid=65534',
			'--clear-groups',
			process.execPath,
			'--eval',
			`
			import(${JSON.stringify(import.meta.resolve('../../src/devices/file.ts'))})
				.then(async ({default: file}) => file.inspect({scheme: 'file', target: 'x', path: ${JSON.stringify(image.path)}}, {root: '/', tools: {}}))
		`,
		]),
	);
	t.regex(hidden?.message ?? '', /NO_PERMISSION/);
});
