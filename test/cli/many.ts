import {readFile, truncate} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {createPlace, isAllZero, zeroize} from '../_helpers/cli.ts';
import {attachLoop, isRoot, loopsOf} from '../_helpers/loop.ts';
import {mountTmpfs} from '../_helpers/tmpfs.ts';

const totalBytes = 1024 ** 2;

const serial = isRoot ? test.serial : test.serial.skip;

const targetsArgs = (devices: readonly string[]): readonly string[] =>
	devices.flatMap(device => ['--device', device, '--confirm', device.replace('loop:', '')]);

serial('two devices in one run are both erased, each with its own certificate', async t => {
	const place = await createPlace(t);
	const images = [await place.image(totalBytes, 'a.img'), await place.image(2 * totalBytes, 'b.img')];
	await using loop = await attachLoop(images[1] ?? '');
	const devices = [`loop:${images[0]}`, loop.path];
	const end = await zeroize(['run', 'erase', ...targetsArgs(devices), ...place.args, '--progress', 'json']);
	t.is(end.exitCode, 0, end.stderr);
	t.true(await isAllZero(images[0] ?? '', totalBytes));
	t.true(await isAllZero(images[1] ?? '', 2 * totalBytes));
	const files = end.events.flatMap(event =>
		event.type === 'step.finished' ? (event.certificates ?? []) : [],
	);
	const certificates = await Promise.all(
		files.map(async file => JSON.parse(await readFile(file.path, 'utf8'))),
	);
	t.deepEqual(
		certificates.map(({device, totalBytes: bytes}) => [device.target, bytes]),
		[
			[devices[0], totalBytes],
			[devices[1], 2 * totalBytes],
		],
	);
});

serial('a device that fails does not take the other one with it, and the run is failed', async t => {
	const place = await createPlace(t);
	const good = await place.image(totalBytes, 'good.img');
	const small = await mountTmpfs(t, path.join(place.directory, 'small'));
	const bad = path.join(small, 'bad.img');
	await place.write('small/bad.img', 'x');
	// More than its file system can hold: a store that is full underneath.
	await truncate(bad, totalBytes);
	const devices = [`loop:${bad}`, `loop:${good}`];
	const file = path.join(place.directory, 'paper.json');
	const end = await zeroize([
		...['run', 'erase', ...targetsArgs(devices), ...place.args],
		...['--progress', 'json', '--certificate', file],
	]);
	t.is(end.exitCode, 4, end.stderr);
	t.regex(end.stderr, /bad\.img/);
	t.regex(end.stderr, /^hint: do not release the device/m);
	t.true(await isAllZero(good, totalBytes));
	t.like(end.events.at(-1), {
		type: 'run.finished',
		outcome: 'failed',
		devices: [
			{path: bad, outcome: 'failed', totalBytes},
			{path: good, outcome: 'sanitized', writtenBytes: totalBytes, verifiedBytes: totalBytes},
		],
	});
	const files = end.events.flatMap(event =>
		event.type === 'step.finished' ? (event.certificates ?? []) : [],
	);
	t.deepEqual([...new Set(files.map(({device}) => device))], [good]);
	t.is(files.length, 2, 'beside the journal, and where it was asked for');
	for (const {path: certificate} of files) {
		t.like(JSON.parse(await readFile(certificate, 'utf8')), {outcome: 'sanitized', device: {path: good}});
	}

	t.deepEqual([...(await loopsOf(bad)), ...(await loopsOf(good))], []);
});
