import {readdir, readFile, readlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {createPlace, isAllZero, type Place, zeroize} from '../_helpers/cli.ts';
import {isRoot, loopsOf} from '../_helpers/loop.ts';
import {type SlowFile, slowFile} from '../_helpers/slow-file.ts';

const asRoot = isRoot ? test.serial : test.serial.skip;

const timeoutMs = 180_000;

const recipe = (giveUpSeconds: number) => `
name: impatient
title: impatient
summary: impatient
steps:
  - step: erase
    stallSeconds: 4
    slowBytesPerSecond: 0
    giveUpSeconds: ${giveUpSeconds}
  - step: verify
    stallSeconds: 4
    slowBytesPerSecond: 0
    giveUpSeconds: ${giveUpSeconds}
  - step: keep-log
  - step: issue-certificate
`;

interface Case {
	readonly place: Place;
	readonly slow: SlowFile;
	readonly args: readonly string[];
}

const prepare = async (
	t: ExecutionContext,
	{
		eraser,
		scheme = 'loop',
		giveUpSeconds = 8,
		readDelayMs = 0,
	}: {
		readonly eraser: 'dd' | 'direct';
		readonly scheme?: 'loop' | 'file';
		readonly giveUpSeconds?: number;
		readonly readDelayMs?: number;
	},
): Promise<Case> => {
	const place = await createPlace(t);
	// Our own writer has four writes under way.
	const slow = await slowFile(t, place.directory, {writeDelayMs: eraser === 'dd' ? 60 : 200, readDelayMs});
	const file = await place.write('recipe.yaml', recipe(giveUpSeconds));
	const target = ['--device', `${scheme}:${slow.path}`, '--confirm', slow.path];
	return {
		place,
		slow,
		args: ['run', file, ...target, '--eraser', eraser, '--progress', 'json', ...place.args],
	};
};

const isWriting = /"step\.progress","step":"erase".*"bytes":[1-9]/;
const isStalled = /"step\.stalled"/;
const isEnding = /zeroize: ending: /;
const isVerifying = /"step\.progress","step":"verify".*"bytes":[1-9]/;

/** Things to do, one after the other, each when the output shows something more. */
const inTurn = (...turns: ReadonlyArray<readonly [when: RegExp, act: () => unknown]>) => {
	const left = [...turns];
	let from = 0;
	return (text: string): void => {
		const [when, act] = left[0] ?? [];
		if (when?.test(text.slice(from))) {
			left.shift();
			from = text.length;
			act?.();
		}
	};
};

const journalOf = async ({place}: Case): Promise<string> => {
	const {log, state} = await place.runs();
	return path.join(log[0] ?? state[0] ?? '', 'journal.jsonl');
};

/** The dd processes in an uninterruptible wait that write to a device. */
const stuckOn = async (node: string): Promise<number> => {
	const pids = (await readdir('/proc')).filter(pid => /^\d+$/.test(pid));
	const stuck = await Promise.all(
		pids.map(async pid => {
			const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
			const output = await readlink(`/proc/${pid}/fd/1`).catch(() => '');
			return output === node && /^Name:\tdd\n[\s\S]*^State:\tD/m.test(status);
		}),
	);
	return stuck.filter(Boolean).length;
};

asRoot(
	'a dd that cannot be killed is given up: the run ends, and goes on once the device answers',
	async t => {
		const given = await prepare(t, {eraser: 'dd'});
		const {slow} = given;
		let node = '';
		let frozenAtMs = 0;
		const find = async () => {
			[node = ''] = await loopsOf(slow.path);
		};
		const freeze = () => {
			frozenAtMs = performance.now();
			slow.freeze();
		};
		// What the kernel writes when a bus is reset; of a loop device it never would.
		const say = () => writeFile('/dev/kmsg', `<3>block ${path.basename(node)}: hard resetting link\n`);
		const end = await zeroize(given.args, {
			timeoutMs,
			onOutput: inTurn([/"run\.committed"/, find], [isWriting, freeze], [isStalled, say]),
		});
		const tookMs = performance.now() - frozenAtMs;
		t.is(end.exitCode, 4, end.stderr);
		t.is(await stuckOn(node), 1);
		// Eight seconds to give up, ten for dd, and what a busy machine adds.
		t.true(tookMs < 90_000, `${tookMs} ms`);
		const stalls = end.events.filter(event => event.type === 'step.stalled');
		const {path: device, totalBytes} = slow;
		t.like(stalls.at(-1), {step: 'erase', device, bytesPerSecond: 0, totalBytes, giveUpSeconds: 0});
		t.true((stalls.at(-1)?.bytes ?? 0) > 0);
		t.is(
			stalls.at(-1)?.cause,
			`the bus, link or controller was reset: block ${path.basename(node)}: hard resetting link (kernel log)`,
		);
		const failed = end.events.find(event => event.type === 'step.failed');
		t.like(failed, {step: 'erase', code: 'STALLED'});
		t.regex(
			failed?.message ?? '',
			/made no progress for \d+ s and was given up \(likely cause: .*\); dd cannot be stopped and may still write to/,
		);
		t.regex(end.stderr, /zeroize resume JOURNAL/);
		t.like(end.events.at(-1), {type: 'run.finished', outcome: 'failed', exitCode: 4});
		const log = await readFile(path.join(path.dirname(await journalOf(given)), 'run.log'), 'utf8');
		t.regex(log, /erase .* STALLED: no progress for \d+ s; the kernel log gives no cause; given up in \d+ s/);
		t.regex(log, /next: once it answers again, go on with: zeroize resume \/.*\/journal\.jsonl/);

		slow.thaw();
		const resumed = await zeroize(['resume', await journalOf(given), '--progress', 'json'], {timeoutMs});
		t.is(resumed.exitCode, 0, resumed.stderr);
		t.true(await isAllZero(slow.path, slow.totalBytes));
	},
);

asRoot('a device that goes on after a stall is erased as if nothing had been', async t => {
	const {slow, args} = await prepare(t, {eraser: 'dd', giveUpSeconds: 60});
	const end = await zeroize(args, {
		timeoutMs,
		onOutput: inTurn([isWriting, slow.freeze], [isStalled, slow.thaw]),
	});
	t.is(end.exitCode, 0, end.stderr);
	const types = end.events.map(({type}) => type).filter(type => /stalled|recovered/.test(type));
	t.deepEqual(types.slice(-2), ['step.stalled', 'step.recovered']);
	t.true(await isAllZero(slow.path, slow.totalBytes));
});

asRoot('reads that hang leave a device unverified', async t => {
	const {slow, args} = await prepare(t, {eraser: 'direct', scheme: 'file', readDelayMs: 60});
	const end = await zeroize(args, {
		timeoutMs,
		onOutput: inTurn([isVerifying, slow.freeze], [isEnding, slow.thaw]),
	});
	t.is(end.exitCode, 5, end.stderr);
	t.like(
		end.events.findLast(event => event.type === 'step.failed'),
		{step: 'verify', code: 'STALLED'},
	);
	t.false(end.stderr.includes('may still be written'));
});

asRoot('an operator who interrupts a hanging write is not kept waiting', async t => {
	const {slow, args} = await prepare(t, {eraser: 'direct', giveUpSeconds: 600});
	let turn: ReturnType<typeof inTurn> | undefined;
	let interruptedAtMs = 0;
	const end = await zeroize(args, {
		timeoutMs,
		onOutput(text, child) {
			const interrupt = () => {
				interruptedAtMs = performance.now();
				child.kill('SIGINT');
			};
			turn ??= inTurn([isWriting, slow.freeze], [isStalled, interrupt], [isEnding, slow.thaw]);
			turn(text);
		},
	});
	const tookMs = performance.now() - interruptedAtMs;
	t.is(end.exitCode, 130, end.stderr);
	t.true(tookMs < 90_000, `${tookMs} ms`);
	t.regex(
		end.stderr,
		/did not answer for 15 s after it was told to stop: what was under way may still be written/,
	);
	t.like(end.events.at(-1), {type: 'run.finished', outcome: 'interrupted', exitCode: 130});
});

asRoot('writes of our own that hang are given up, and hold up no other device', async t => {
	// The tools that look at all loop devices wait for the one that hangs, ten seconds at most.
	const {slow, args, place} = await prepare(t, {eraser: 'direct', giveUpSeconds: 30});
	const totalBytes = 8 * 1024 ** 2;
	const other = await place.image(totalBytes, 'other.img');
	let thawedAtMs = 0;
	const thaw = () => {
		thawedAtMs = performance.now();
		slow.thaw();
	};
	// Four writes are under way, and Node has four threads by itself.
	const end = await zeroize([...args, '--device', `loop:${other}`, '--confirm', other], {
		timeoutMs,
		onOutput: inTurn(
			[/"run\.committed","device":\{"target":"loop:[^"]*slow\.img/, slow.freeze],
			[isEnding, thaw],
		),
	});
	t.is(end.exitCode, 4, end.stderr);
	t.true(performance.now() - thawedAtMs < 60_000);
	t.regex(
		end.stderr,
		/did not answer for 15 s after it was told to stop: what was under way may still be written/,
	);
	t.regex(
		end.stderr,
		/ending: the kernel holds this process \(\d+\) in \d requests? that a device does not answer\nhint: .* exit code 4/,
	);
	t.like(end.events.at(-1), {exitCode: 4, devices: [{outcome: 'failed'}, {outcome: 'sanitized'}]});
	t.true(await isAllZero(other, totalBytes));
});
