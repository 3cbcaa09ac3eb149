import {execFileSync} from 'node:child_process';
import {constants, createReadStream} from 'node:fs';
import {mkdtemp, open, rm, truncate, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';
import test, {type ExecutionContext} from 'ava';
import {full, mebibyte, run} from '../../_helpers/verification.ts';
import {bytesDevice, openReadOnly} from '../../_helpers/verify-device.ts';

test('the last bytes of a file that fill no sector are read with a whole one', async t => {
	const bytes = new Uint8Array(mebibyte + 700);
	bytes[bytes.length - 1] = 1;
	const device = bytesDevice(bytes);
	const {nonZero, verifiedBytes} = await run(device);
	t.deepEqual(nonZero.listed, [{offset: mebibyte + 699, length: 1}]);
	t.is(verifiedBytes, mebibyte + 700);
	t.true(device.reads.every(({length}) => length % 512 === 0));
});

test('sampling reads both ends and the samples, and says how much that was', async t => {
	const totalBytes = 64 * mebibyte;
	const device = bytesDevice(new Uint8Array(totalBytes));
	const {sampling, percent, verifiedBytes, result} = await run(device, {coverage: 'sampled', percent: 10});
	t.is(result, 'passed');
	t.is(
		verifiedBytes,
		device.reads.reduce((sum, {length}) => sum + length, 0),
	);
	t.is(percent, (verifiedBytes / totalBytes) * 100);
	t.true(percent >= 10 && percent < 12);
	t.is(sampling?.sections, 1000);
	t.is(sampling?.samplesPerSection, 2);
	t.is(sampling?.seed, full.seed);
	t.is(sampling?.detectionProbability, percent / 100);
	t.true(
		Math.abs((sampling?.detectionProbabilityOf100Sectors ?? 0) - (1 - (1 - percent / 100) ** 100)) < 1e-12,
	);
	t.true(device.reads.some(({position}) => position === 0));
	t.true(device.reads.some(({position, length}) => position + length === totalBytes));
});

test('sampling a device that is too small reads all of it and says so', async t => {
	const {sampling, percent, coverage} = await run(bytesDevice(new Uint8Array(512 * 1500)), {
		coverage: 'sampled',
		percent: 1,
	});
	t.is(coverage, 'sampled');
	t.is(percent, 100);
	t.is(sampling?.detectionProbability, 1);
});

test('sampling finds a leftover in the last sector', async t => {
	const bytes = new Uint8Array(16 * mebibyte);
	bytes[bytes.length - 1] = 1;
	const {result, nonZero} = await run(bytesDevice(bytes), {coverage: 'sampled', percent: 1});
	t.is(result, 'failed');
	t.deepEqual(nonZero.listed, [{offset: bytes.length - 1, length: 1}]);
});

const withLoop = process.getuid?.() === 0 ? test.serial : test.serial.skip;

const attach = async (t: ExecutionContext, totalBytes: number): Promise<{node: string; file: string}> => {
	const directory = await mkdtemp(path.join(tmpdir(), 'zeroize-verify-'));
	const file = path.join(directory, 'disk.img');
	await writeFile(file, '');
	await truncate(file, totalBytes);
	const node = execFileSync('losetup', ['--find', '--show', file], {encoding: 'utf8'}).trim();
	t.teardown(async () => {
		execFileSync('losetup', ['--detach', node]);
		await rm(directory, {recursive: true});
	});
	return {node, file};
};

withLoop('a loop device of zeros passes and one full of random data fails', async t => {
	const totalBytes = 24 * mebibyte;
	const {node, file} = await attach(t, totalBytes);
	await using empty = await openReadOnly(node, totalBytes, constants.O_RDONLY | constants.O_DIRECT);
	t.is((await run(empty)).result, 'passed');
	t.is((await run(empty, {coverage: 'sampled', percent: 5})).result, 'passed');

	const handle = await open(file, 'r+');
	await pipeline(
		createReadStream('/dev/urandom', {end: totalBytes - 1}),
		handle.createWriteStream({start: 0}),
	);
	await using filled = await openReadOnly(node, totalBytes, constants.O_RDONLY | constants.O_DIRECT);
	const {result, nonZero} = await run(filled);
	t.is(result, 'failed');
	t.is(nonZero.count, 1);
	t.true(nonZero.bytes > totalBytes - 32);
});
