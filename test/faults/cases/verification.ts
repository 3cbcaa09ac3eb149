import {open, writeFile} from 'node:fs/promises';
import {runMain} from '../../_helpers/main.ts';
import type {Bench} from '../bench/bench.ts';
import {ddReport, fakeDd} from '../bench/fake-dd.ts';
import {beforeVerify, midVerify, midWrite} from '../bench/moments.ts';
import {file, loopDevice, loopFile} from '../bench/subjects.ts';
import {
	type Act,
	type Expected,
	type FaultCase,
	failed,
	MiB,
	type Subject,
	sanitized,
	sectors,
} from '../case.ts';

const totalBytes = 16 * MiB;
const slowReads = loopDevice({totalBytes, readBytes: 5 * MiB});

const writeTo = async ({target}: Subject, offset: number): Promise<void> => {
	await using handle = await open(target, 'r+');
	await handle.write(Buffer.alloc(512, 1), 0, 512, offset);
	await handle.sync();
};

/** A process of our own that holds the device open for writing until the end. */
const hold: Act = async (bench, {target}) => {
	const handle = await open(target, 'r+');
	bench.teardown(async () => handle.close());
};

/** Stale data: somebody writes while we verify, behind or before the place that is read. */
const stale = (name: string, offset: number, expected: Expected): FaultCase => ({
	name,
	how: 'another process writes a sector and closes the device, while reads are throttled',
	eraser: 'direct',
	subject: slowReads,
	// All of it takes three seconds; four reads that began together may each take as long as all four.
	during: midVerify(async (_bench, subject) => writeTo(subject, offset), 1300),
	expected,
});

const half = MiB / 2;

const sampled = (percent: number, name: string, from: number, expected: Expected): FaultCase => ({
	name,
	how: 'a dd that leaves the rest out, and says it wrote all',
	eraser: 'dd',
	subject: loopFile(),
	before: fakeDd({
		onWrite: `$real if=/dev/zero of=$node bs=${from} count=1 oflag=direct conv=nocreat,fsync 2> /dev/null; ${ddReport(MiB)}`,
	}),
	options: ['--verify', `sampled:${percent}`],
	expected,
});

/** Time jumps to and fro, by a day. */
const jumping = async (bench: Bench, {target}: Subject) => {
	let calls = 0;
	const args = ['run', 'erase', '--device', target, '--confirm', target.replace('file:', '')];
	return runMain([...args, '--eraser', 'direct', '--progress', 'json', ...bench.place.args], {
		now() {
			calls += 1;
			return new Date(Date.UTC(2026, 10, 21) + (calls % 2 === 0 ? 86_400_000 : -86_400_000) * calls);
		},
	});
};

/** `zeroize verify`: reads, and writes nothing. */
const verifies = (name: string, before: Act, expected: Expected): FaultCase => ({
	name,
	how: 'zeroize verify',
	eraser: null,
	subject: loopFile(),
	before,
	run: async (bench, {target}) => bench.zeroize(['verify', '--device', target, '--progress', 'json']),
	expected: {...expected, left: 'untouched'},
});

export const verification: readonly FaultCase[] = [
	verifies(
		'a device that is zero is only verified',
		async (_bench, {store = ''}) => writeFile(store, Buffer.alloc(MiB)),
		{...sanitized, outcome: 'verified'},
	),
	verifies(
		'a device that is not zero is only verified',
		async (_bench, {store = ''}) => writeFile(store, Buffer.alloc(MiB).fill(1, 512, 1024)),
		failed('NOT_ZERO', {nonZero: [sectors(512)]}),
	),
	{
		name: 'zeroize itself has a fault',
		how: 'a clock that throws, in this process',
		eraser: null,
		subject: file(),
		run: async (bench, {target}) =>
			runMain(['run', 'erase', '--device', target, ...bench.place.args], {
				now() {
					throw new TypeError('this clock is broken');
				},
			}),
		expected: {
			outcome: 'none',
			exitCode: 1,
			code: 'INTERNAL',
			left: 'untouched',
			says: /this clock is broken\nhint: this is a fault of zeroize itself/,
			isSilent: true,
		},
	},
	{
		name: 'no verification was asked for',
		how: '--verify none',
		eraser: 'direct',
		subject: loopFile(),
		options: ['--verify', 'none'],
		expected: {
			outcome: 'unverified',
			exitCode: 5,
			code: null,
			left: [],
			says: /verification was not asked for.*\nhint: verify it before you release it/,
		},
	},
	sampled(20, 'a sample finds that half of the device was left out', half, {
		...failed('NOT_ZERO', {nonZero: 'some'}),
		left: [{offset: half, length: half}],
	}),
	{
		name: 'a sample of a device that is zero',
		how: '--verify sampled:1',
		eraser: 'direct',
		subject: loopFile(),
		options: ['--verify', 'sampled:1'],
		expected: sanitized,
	},
	{
		name: 'somebody opens the device for writing mid-write, and keeps it',
		how: 'an open without O_EXCL',
		eraser: 'direct',
		subject: loopDevice({totalBytes, writeBytes: 8 * MiB}),
		during: midWrite(hold),
		expected: failed('DEVICE_CHANGED', {left: []}),
	},
	{
		name: 'somebody has the device open for writing before the run',
		how: 'an open without O_EXCL',
		eraser: 'direct',
		subject: loopDevice(),
		before: hold,
		expected: {
			outcome: 'refused',
			exitCode: 3,
			code: 'DEVICE_BUSY',
			left: 'untouched',
			says: /is held by open process/,
		},
	},
	stale(
		'somebody writes behind the place that is verified',
		0,
		failed('DEVICE_CHANGED', {left: [sectors(0)]}),
	),
	stale(
		'somebody writes before the place that is verified',
		totalBytes - 512,
		failed('NOT_ZERO', {
			nonZero: [sectors(totalBytes - 512)],
			left: [sectors(totalBytes - 512)],
		}),
	),
	{
		name: 'somebody writes between erase and verification',
		how: 'another process writes a sector, while reads are throttled',
		eraser: 'direct',
		subject: slowReads,
		during: beforeVerify(async (_bench, subject) => writeTo(subject, totalBytes - 1024)),
		expected: failed('NOT_ZERO', {
			nonZero: [sectors(totalBytes - 1024)],
			left: [sectors(totalBytes - 1024)],
		}),
	},
	{
		name: 'a rehearsal erases the device all the same',
		how: '--host rehearsal',
		eraser: 'direct',
		subject: loopFile(),
		options: ['--host', 'rehearsal'],
		expected: sanitized,
	},
	{
		name: 'the clock jumps to and fro',
		how: 'a clock that gives another day at each look, in this process',
		eraser: 'direct',
		subject: file(),
		run: jumping,
		expected: sanitized,
	},
];
