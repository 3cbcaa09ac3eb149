import test from 'ava';
import fc from 'fast-check';
import {continueWorks, startWorks, sumUp, type Total} from '../../src/events/total.ts';
import type {EventBody} from '../../src/events.ts';
import {memoryFacts, numbered, planOf, recipeOf} from '../_helpers/plan.ts';

const totalBytes = 65_536;

const plan = planOf({
	recipe: recipeOf(['erase', {eraser: 'direct'}], ['verify', {coverage: 'full', percent: 10}], ['keep-log']),
	devices: ['/dev/sdx', '/dev/sdy'].map(path => memoryFacts({path, target: path})),
});

const after = (...bodies: readonly EventBody[]): Total =>
	sumUp(numbered([{type: 'run.planned', plan}, ...bodies]).reduce(continueWorks, []));

type Device = '/dev/sdx' | '/dev/sdy';

const started = (step: string, device: Device, from?: number): EventBody => ({
	type: 'step.started',
	title: step,
	...{step, device},
	...(from !== undefined && {from}),
});
const progress = (step: string, device: Device, bytes: number, bytesPerSecond: number): EventBody => ({
	type: 'step.progress',
	...{step, device, bytes, totalBytes, bytesPerSecond},
	etaSeconds: null,
});
const finished = (step: string, device: Device): EventBody => ({
	type: 'step.finished',
	step,
	device,
	durationMs: 1,
});
const failed = (step: string, device: Device): EventBody => ({
	type: 'step.failed',
	...{step, device, code: 'WRITE_FAILED', message: 'no'},
});
const skipped = (step: string, device: Device): EventBody => ({
	type: 'step.skipped',
	step,
	device,
	reason: 'no',
});

test('to read a device back is as much work as to erase it, and steps of the run are none', t => {
	t.deepEqual(after(), {
		...{bytes: 0, totalBytes: 4 * totalBytes, bytesPerSecond: 0, etaSeconds: null},
		...{devices: 2, waiting: 2, running: 0, ended: 0},
	});
});

test('rates add up, and the time left is that of all the work', t => {
	const total = after(
		...[started('erase', '/dev/sdx'), started('erase', '/dev/sdy')],
		...[progress('erase', '/dev/sdx', 6144, 1024), progress('erase', '/dev/sdy', 1024, 1024)],
	);
	t.like(total, {bytes: 7168, bytesPerSecond: 2048, running: 2});
	// The slower of the two has 2 x 64 KiB less 1 KiB to go.
	t.is(total.etaSeconds, (2 * totalBytes - 1024) / 1024);
});

test('a device that waits is in the time left', t => {
	const total = after(started('erase', '/dev/sdx'), progress('erase', '/dev/sdx', 1024, 1024));
	t.like(total, {waiting: 1, running: 1, etaSeconds: 4 * 64 - 1});
});

test('between two steps a device is under way', t => {
	t.like(after(started('erase', '/dev/sdx'), finished('erase', '/dev/sdx')), {
		...{bytes: totalBytes, running: 1, waiting: 1, ended: 0, bytesPerSecond: 0, etaSeconds: null},
	});
});

test('what is failed or left out is not waited for', t => {
	const total = after(
		...[started('erase', '/dev/sdx'), progress('erase', '/dev/sdx', 512, 99), failed('erase', '/dev/sdx')],
		...[skipped('verify', '/dev/sdx'), started('erase', '/dev/sdy'), finished('erase', '/dev/sdy')],
		...[started('verify', '/dev/sdy'), progress('verify', '/dev/sdy', totalBytes, 10)],
	);
	t.like(total, {bytes: 512 + 2 * totalBytes, totalBytes: 512 + 2 * totalBytes, etaSeconds: 0, ended: 1});
});

test('a stall counts with the rate that it has', t => {
	const stalled: EventBody = {
		...{type: 'step.stalled', step: 'erase', device: '/dev/sdx', seconds: 60, bytes: 512, totalBytes},
		...{bytesPerSecond: 0, cause: null, giveUpSeconds: 60},
	};
	t.like(after(started('erase', '/dev/sdx'), progress('erase', '/dev/sdx', 512, 99), stalled), {
		...{bytes: 512, bytesPerSecond: 0, etaSeconds: null},
	});
});

test('a run that is resumed verifies all and goes on where it was', t => {
	const total = after(
		...[started('erase', '/dev/sdx'), finished('erase', '/dev/sdx'), started('verify', '/dev/sdx')],
		...[finished('verify', '/dev/sdx'), started('erase', '/dev/sdy'), failed('erase', '/dev/sdy')],
		skipped('verify', '/dev/sdy'),
		{type: 'run.resumed', devices: plan.devices.map(({facts}) => facts)},
		started('erase', '/dev/sdy', 4096),
	);
	t.like(total, {bytes: totalBytes + 4096, totalBytes: 4 * totalBytes, running: 2});
});

test('a sample is less work, and the step knows how much', t => {
	const sampled = planOf({
		recipe: recipeOf(['verify', {coverage: 'sampled', percent: 10}]),
		devices: [memoryFacts({path: '/dev/sdx'})],
	});
	const works = startWorks(sampled);
	t.is(sumUp(works).totalBytes, Math.ceil(totalBytes / 10));
	const [, begun, read] = numbered([
		{type: 'run.planned', plan: sampled},
		started('verify', '/dev/sdx'),
		{...progress('verify', '/dev/sdx', 512, 1), totalBytes: 7000} as EventBody,
	]);
	t.is(
		sumUp([begun, read].reduce((all, event) => (event ? continueWorks(all, event) : all), works)).totalBytes,
		7000,
	);
});

const anyEvent = fc
	.tuple(
		fc.constantFrom('started', 'progress', 'finished', 'failed', 'skipped'),
		fc.constantFrom('erase', 'verify', 'keep-log'),
		fc.constantFrom<Device>('/dev/sdx', '/dev/sdy'),
		fc.nat(totalBytes),
	)
	.map(([type, step, device, bytes]) => {
		const make = {started, finished, failed, skipped, progress: () => progress(step, device, bytes, bytes)};
		return make[type as keyof typeof make](step, device);
	});

test('whatever comes, no more is done than there is, and each device is somewhere', t => {
	fc.assert(
		fc.property(fc.array(anyEvent, {maxLength: 40}), bodies => {
			const total = after(...bodies);
			t.true(total.bytes >= 0 && total.bytes <= total.totalBytes);
			t.is(total.waiting + total.running + total.ended, 2);
			t.true(total.etaSeconds === null || total.etaSeconds >= 0);
		}),
	);
});
