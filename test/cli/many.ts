import {readFile, truncate} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type {RunEvent} from '../../src/events.ts';
import {createPlace, isAllZero, zeroize} from '../_helpers/cli.ts';
import {attachLoop, isRoot, loopsOf} from '../_helpers/loop.ts';
import {mountTmpfs} from '../_helpers/tmpfs.ts';

const totalBytes = 1024 ** 2;

// A loop device takes a write for done of which its file had room for a part, so there must be several.
const badBytes = 8 * totalBytes;

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
	await truncate(bad, badBytes);
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
			{path: bad, outcome: 'failed', totalBytes: badBytes},
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

/** Devices that have begun and not ended, at each moment of a run. */
const underWay = (events: readonly RunEvent[]): ReadonlyArray<readonly string[]> => {
	const lefts = new Map<string, number>();
	return events.map(event => {
		if ('device' in event && typeof event.device === 'string') {
			const isEnd = event.type === 'step.finished' && event.step === 'verify';
			lefts.set(event.device, isEnd ? 0 : 1);
		}

		return [...lefts].filter(([, left]) => left > 0).map(([device]) => device);
	});
};

serial('of four devices no more than two are under way at a time, and the plan says so', async t => {
	const place = await createPlace(t);
	const names = ['a.img', 'b.img', 'c.img', 'd.img'];
	const images = await Promise.all(names.map(async name => place.image(8 * totalBytes, name)));
	await using stack = new AsyncDisposableStack();
	const loops: string[] = [];
	for (const image of images) {
		loops.push(stack.use(await attachLoop(image)).path);
	}

	const args = ['erase', ...targetsArgs(loops), '--at-once', '2', ...place.args];
	const plan = await zeroize(['plan', ...args, '--progress', 'plain']);
	t.is(plan.exitCode, 0, plan.stderr);
	t.regex(plan.stdout, /2 of the 4 devices at a time/);
	const end = await zeroize(['run', ...args, '--progress', 'json']);
	t.is(end.exitCode, 0, end.stderr);
	const counts = underWay(end.events).map(devices => devices.length);
	t.is(Math.max(...counts), 2);
	const started = end.events.flatMap(event =>
		event.type === 'step.started' && event.step === 'erase' ? [event.device] : [],
	);
	t.deepEqual(started, loops, 'in the order of the plan');
	for (const image of images) {
		t.true(await isAllZero(image, 8 * totalBytes));
	}
});
