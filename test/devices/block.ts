import {execFile} from 'node:child_process';
import {readFile, symlink} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {alignedBuffer} from '../../src/aligned-buffer.ts';
import block from '../../src/devices/block.ts';
import {listDevices} from '../../src/devices/facts/list.ts';
import type {SanitizeError} from '../../src/errors.ts';
import {imageBytes, inspect, loopDevice} from '../_helpers/block-device.ts';
import {isRoot, temporaryDirectory} from '../_helpers/loop.ts';
import {answering, real} from '../_helpers/surroundings.ts';

const run = promisify(execFile);
const onLoop = isRoot ? test.serial : test.serial.skip;

onLoop('a loop device is described', async t => {
	await using loop = await loopDevice();
	const facts = await inspect(loop.path);
	const ofQueue = async (name: string) =>
		Number(await readFile(`/sys/block/${basename(loop.path)}/queue/${name}`, 'utf8'));
	t.regex(facts.diskSequence ?? '', /^\d+$/);
	t.deepEqual(facts, {
		diskSequence: facts.diskSequence,
		bootId: (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim(),
		target: loop.path,
		path: loop.path,
		kind: 'loop',
		deviceNumber: `7:${loop.path.slice('/dev/loop'.length)}`,
		manufacturer: null,
		model: null,
		serial: null,
		wwn: null,
		totalBytes: imageBytes,
		logicalSectorBytes: 512,
		physicalSectorBytes: 512,
		rotational: (await inspect(loop.path)).rotational,
		transport: null,
		readOnly: false,
		queue: {
			maxTransferBytes: (await ofQueue('max_sectors_kb')) * 1024,
			maxWriteZeroesBytes: await ofQueue('write_zeroes_max_bytes'),
		},
		mountPoints: [],
		holders: [],
		partitions: [],
		contents: {partitionTable: null, fileSystem: null, label: null},
		isSystemDisk: false,
	});
});

onLoop('a device of 4096-byte sectors says so', async t => {
	await using loop = await loopDevice({sectorSize: 4096});
	t.is((await inspect(loop.path)).logicalSectorBytes, 4096);
});

onLoop('symbolic links are followed, and the target stays as typed', async t => {
	await using loop = await loopDevice();
	await using directory = await temporaryDirectory();
	const link = join(directory.path, 'by-id');
	await symlink(loop.path, link);
	const facts = await inspect(link);
	t.is(facts.path, loop.path);
	t.is(facts.target, link);
});

onLoop('while it is held, dd can write to it but nobody can claim or mount it', async t => {
	await using loop = await loopDevice();
	const facts = await inspect(loop.path);
	await using device = await block.open(facts, 'erase', real);
	t.true(device.isDirect);
	t.true((await run('stat', ['--format=%F', loop.path])).stdout.startsWith('block'));
	await run('dd', ['if=/dev/zero', `of=${loop.path}`, 'bs=1M', 'count=1', 'conv=fsync,nocreat']);
	await device.sync();
	const buffer = alignedBuffer(1024 ** 2);
	t.is(await device.read(0, buffer), buffer.length);
	t.true(buffer.every(byte => byte === 0));

	const error = await t.throwsAsync<SanitizeError>(block.open(facts, 'read', real), {code: 'DEVICE_BUSY'});
	t.regex(error?.hint ?? '', /fuser -v/);
	await t.throwsAsync(run('mkfs.ext4', ['-q', '-F', loop.path]), {message: /in use/});
});

onLoop('a loop device that reads through the page cache is not direct', async t => {
	await using loop = await loopDevice({directIo: false});
	await using device = await block.open(await inspect(loop.path), 'read', real);
	t.false(device.isDirect);
});

onLoop('the list has all whole disks and loop devices, once, and none without a size', async t => {
	await using loop = await loopDevice();
	const devices = await listDevices(real);
	t.deepEqual(
		devices.find(({path}) => path === loop.path),
		await inspect(loop.path),
	);
	t.true(devices.every(({totalBytes, kind}) => totalBytes > 0 && (kind === 'disk' || kind === 'loop')));
	t.is(new Set(devices.map(({path}) => path)).size, devices.length);
});

test('the list needs no root', async t => {
	const tools = answering({
		lsblk:
			'{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0","type":"disk","size":4096,"log-sec":512},{"name":"/dev/sr0","maj:min":"11:0","type":"rom","size":1}]}',
		blockdev: {exitCode: 1, stderr: 'blockdev: cannot open /dev/sda: Permission denied'},
		blkid: {exitCode: 2},
		// Nor do they get an answer from the drive.
		...Object.fromEntries(['sg_opcodes', 'sg_requests', 'smartctl', 'sedutil-cli'].map(name => [name, ''])),
	});
	const devices = await listDevices({tools, root: '/'});
	t.like(devices, [{path: '/dev/sda', totalBytes: 4096, physicalSectorBytes: 512}]);
	t.deepEqual(
		devices[0]?.drive?.unknown.map(({what}) => what),
		['scsi', 'health', 'opal'],
	);
});
