import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {SanitizeError} from '../../src/errors.ts';
import {createPlace, hashOf, zeroize} from '../_helpers/cli.ts';
import {isRoot, loopsOf} from '../_helpers/loop.ts';
import {runMain} from '../_helpers/main.ts';
import {type Slowness, slowFile} from '../_helpers/slow-file.ts';

interface Interruption {
	readonly title: string;
	readonly signal: 'SIGINT' | 'SIGTERM';
	readonly exitCode: number;
	readonly scheme: 'loop' | 'file';
	readonly eraser?: 'direct';
	readonly slowness: Slowness;
	/** What must have been shown before the signal is sent. */
	readonly when: RegExp;
	readonly message: RegExp;
	readonly wayOut?: RegExp;
}

const slowWrites: Slowness = {writeDelayMs: 40};
const notReleased = /^hint: .*do not release (?:a|the) device/m;
const isWriting = /"step\.progress","step":"erase".*"bytes":[1-9]/;
const ddStopped =
	/erase: dd was stopped after at least [1-9]\d* bytes of .*img: at least [1-9]\d* of 67108864 bytes were/;

const interruptions: readonly Interruption[] = [
	{
		title: 'SIGINT while dd writes to a loop device',
		signal: 'SIGINT',
		exitCode: 130,
		scheme: 'loop',
		slowness: slowWrites,
		when: isWriting,
		message: ddStopped,
	},
	{
		title: 'SIGTERM while dd writes to a file',
		signal: 'SIGTERM',
		exitCode: 143,
		scheme: 'file',
		slowness: slowWrites,
		when: isWriting,
		message: ddStopped,
	},
	{
		title: 'SIGINT while our own writer writes',
		signal: 'SIGINT',
		exitCode: 130,
		scheme: 'file',
		eraser: 'direct',
		// Several writes are under way at a time.
		slowness: {writeDelayMs: 160},
		when: isWriting,
		message:
			/erase: the overwrite was stopped after at least [1-9]\d* bytes of .*at least [1-9]\d* of 67108864/,
	},
	{
		title: 'SIGINT while dd writes its first bytes',
		signal: 'SIGINT',
		exitCode: 130,
		scheme: 'loop',
		slowness: slowWrites,
		when: /"run\.committed"/,
		message: /dd was stopped after at least \d+ bytes of .*img: (?:writing had begun|at least \d+ of)/,
	},
	{
		title: 'SIGTERM while it is verified',
		signal: 'SIGTERM',
		exitCode: 143,
		scheme: 'file',
		slowness: {readDelayMs: 60},
		when: /"step\.progress","step":"verify"/,
		message: /verify: .*img: all 67108864 bytes were written/,
		wayOut: /^hint: verify it again/m,
	},
];

const serial = isRoot ? test.serial : test.serial.skip;

for (const {
	title,
	signal,
	exitCode,
	scheme,
	eraser = 'dd',
	slowness,
	when,
	message,
	wayOut = notReleased,
} of interruptions) {
	serial(`${title} ends the run with ${exitCode} and says what was written`, async t => {
		const place = await createPlace(t);
		const slow = await slowFile(t, place.directory, slowness);
		const end = await zeroize(
			[
				...['run', 'erase', '--device', `${scheme}:${slow.path}`, '--confirm', slow.path],
				...['--eraser', eraser, '--progress', 'json', ...place.args],
			],
			{interrupt: {when, signal}},
		);
		t.true(end.durationMs < 5000);
		t.is(end.exitCode, exitCode, end.stderr);
		t.regex(end.stderr, message);
		t.regex(end.stderr, wayOut);
		t.deepEqual(await processesNaming(slow.path), []);
		t.deepEqual(await loopsOf(slow.path), []);
		t.like(end.events.at(-1), {type: 'run.finished', outcome: 'interrupted', exitCode});
		const {state, log} = await place.runs();
		t.deepEqual(log, []);
		const kept = await readFile(path.join(state[0] ?? '', 'run.log'), 'utf8');
		t.regex(kept, /INTERRUPTED after writing had begun/);
	});
}

serial('an interruption before the first step leaves every byte', async t => {
	const place = await createPlace(t);
	const image = await place.image(8192);
	const before = await hashOf(image);
	const signal = AbortSignal.abort(new SanitizeError('TERMINATED', 'interrupted by SIGTERM'));
	const args = ['run', 'erase', '--device', `loop:${image}`, '--confirm', image, ...place.args];
	const end = await runMain(args, {signal});
	t.is(end.exitCode, 143);
	t.regex(end.stderr, /erase: interrupted by SIGTERM; nothing was written to any device/);
	t.regex(end.stdout, /INTERRUPTED - not one byte was written/);
	t.is(await hashOf(image), before);
	t.deepEqual(await loopsOf(image), []);
});

/** Command lines of processes that name a file, but for the server behind it. */
const processesNaming = async (file: string): Promise<readonly string[]> => {
	const names = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
	const lines = await Promise.all(
		names.map(async name => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')),
	);
	return lines.filter(line => line.includes(file) && !line.startsWith('nbdfuse'));
};
