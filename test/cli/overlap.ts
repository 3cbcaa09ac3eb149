import {spawn} from 'node:child_process';
import {open, readFile} from 'node:fs/promises';
import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import {createPlace, isAllZero, zeroize} from '../_helpers/cli.ts';
import {attachLoop, isRoot} from '../_helpers/loop.ts';

const totalBytes = 64 * 1024 ** 2;

const readBytes = async (node: string): Promise<number> => {
	const text = await readFile(`/sys/block/${node.slice('/dev/'.length)}/stat`, 'utf8');
	return Number(text.trim().split(/\s+/)[2]) * 512;
};

const serial = isRoot ? test.serial : test.serial.skip;

for (const eraser of ['direct', 'dd']) {
	serial(`the kernel counts what ${eraser} writes to the sector: nothing is read twice`, async t => {
		const place = await createPlace(t);
		const image = await place.image(totalBytes);
		await using loop = await attachLoop(image, {sectorSize: 4096});
		const end = await zeroize([
			...['run', 'erase', '--device', loop.path, '--confirm', loop.path, ...place.args],
			...['--eraser', eraser, '--overlap', '--progress', 'json'],
		]);
		t.is(end.exitCode, 0, end.stderr);
		t.false(end.events.some(({type}) => type === 'run.warned'));
		t.like(end.events.at(-1), {devices: [{writtenBytes: totalBytes, verifiedBytes: totalBytes}]});
		t.true(await isAllZero(image, totalBytes));
	});
}

serial('somebody else who writes meanwhile is never missed', async t => {
	const place = await createPlace(t);
	const image = await place.image(totalBytes);
	await using loop = await attachLoop(image, {sectorSize: 4096});
	const script =
		'for i in $(seq 2000); do [ -b "$0" ] && printf x | dd of="$0" conv=notrunc,nocreat bs=4096 status=none || exit; done';
	const intruder = spawn('bash', ['-c', script, loop.path], {stdio: 'ignore', detached: true});
	t.teardown(() => intruder.pid !== undefined && intruder.kill());
	const end = await zeroize([
		...['run', 'erase', '--device', loop.path, '--confirm', loop.path, ...place.args],
		...['--eraser', 'direct', '--overlap', '--progress', 'json'],
	]);
	intruder.kill();
	t.true([3, 4].includes(end.exitCode ?? 0), `${end.exitCode} ${end.stderr}`);
});

for (const option of ['--overlap', '--no-overlap']) {
	serial(`${option}: who writes past the loop device, to its file, behind the reader, is seen`, async t => {
		const place = await createPlace(t);
		const bytes = 8 * totalBytes;
		const image = await place.image(bytes);
		await using loop = await attachLoop(image, {sectorSize: 4096});
		const before = await readBytes(loop.path);
		let ended = false;
		const running = zeroize(
			[
				...['run', 'erase', '--device', loop.path, '--confirm', loop.path, ...place.args],
				...['--eraser', 'direct', option, '--progress', 'json'],
			],
			{
				async onStart(child) {
					while (!ended && (await readBytes(loop.path)) - before < bytes / 16) {
						await delay(1);
					}

					child.kill('SIGSTOP');
					await using file = await open(image, 'r+');
					await file.write(Buffer.alloc(4096, 7), 0, 4096, 65_536);
					child.kill('SIGCONT');
				},
			},
		);
		const end = await running;
		ended = true;
		t.is(end.exitCode, 4, end.stderr);
		const failure = end.events.find(event => event.type === 'step.failed');
		const hasReadAgain = end.events.some(
			event => event.type === 'run.warned' && event.code === 'DEVICE_CHANGED',
		);
		// Before the verification has taken over, all is read again and it is found; after that, that somebody wrote is enough.
		t.is(failure?.code, hasReadAgain ? 'NOT_ZERO' : 'DEVICE_CHANGED');
		t.true(option === '--overlap' || !hasReadAgain);
	});
}

serial('asked for where it cannot be, it is a mistake, and nothing is written', async t => {
	const place = await createPlace(t);
	const image = await place.image(1024 ** 2);
	for (const [args, message] of [
		[['--device', `file:${image}`, '--eraser', 'direct'], /does not count all writes/],
		[['--device', `file:${image}`, '--verify', 'sampled'], /takes an erase, and a full verification/],
	] as const) {
		const end = await zeroize(['run', 'erase', ...args, '--confirm', image, '--overlap', ...place.args]);
		t.is(end.exitCode, 2);
		t.regex(end.stderr, message);
	}

	t.false(await isAllZero(image, 1024 ** 2));
});
