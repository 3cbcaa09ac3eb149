import test from 'ava';
import {faulty} from '../../src/devices/faulty.ts';
import {createMemoryDevice} from '../../src/devices/memory.ts';
import {type Answer, answeringDevice} from '../../src/pipeline/answering-device.ts';
import {recipeOf} from '../_helpers/plan.ts';
import {runOnMemory} from '../_helpers/run-on-memory.ts';

const mib = 1024 ** 2;

test('each read, write and sync is told of, and ends as it did', async t => {
	const answers: Answer[] = [];
	const memory = createMemoryDevice({totalBytes: 4096});
	const broken = faulty(memory, [
		{on: 'write', at: {nth: 2}, error: 'EIO'},
		{on: 'read', at: {nth: 2}, error: 'EIO'},
		{on: 'sync', at: {nth: 2}, error: 'EIO'},
	]);
	const device = answeringDevice(broken, answer => answers.push(answer));
	const buffer = new Uint8Array(512);
	t.is(await device.write(0, buffer), 512);
	await t.throwsAsync(device.write(0, buffer), {code: 'WRITE_FAILED'});
	t.is(await device.read(0, buffer), 512);
	await t.throwsAsync(device.read(0, buffer), {code: 'UNREADABLE'});
	await device.sync();
	await t.throwsAsync(device.sync(), {code: 'SYNC_FAILED'});
	t.deepEqual(answers, ['done', 'failed', 'done', 'failed', 'done', 'failed']);
	t.deepEqual(await device.inspect(), memory.facts);
	t.is(answers.length, 6);
});

test('what else a device has is passed on', async t => {
	let closed = 0;
	const given = {
		...createMemoryDevice({totalBytes: 4096}),
		node: '/dev/sdz',
		openNode: '/proc/1/fd/3',
		countWrites: async () => 7,
		async [Symbol.asyncDispose]() {
			closed += 1;
		},
	};
	const device = answeringDevice(given, () => t.fail());
	const {facts, node, openNode, isDirect} = given;
	t.like(device, {facts, node, openNode, isDirect});
	t.is(await device.countWrites?.(), 7);
	await device[Symbol.asyncDispose]();
	t.is(closed, 1);
	t.is(answeringDevice({...given, countWrites: undefined}, () => {}).countWrites, undefined);
});

const impatient = {stallSeconds: 1, slowSeconds: 1, giveUpSeconds: 3};

test('a bad area that takes longer than a stall may last is no stall: the rest is erased', async t => {
	const at = {offset: 2 * mib, length: 128 * 512};
	const {exitCode, events, devices} = await runOnMemory(t, {
		devices: [{serial: 'S', totalBytes: 8 * mib, faults: [{on: 'write', at, error: 'EIO', delayMs: 25}]}],
		recipe: recipeOf(
			['erase', {eraser: 'direct', ...impatient}],
			['verify', {coverage: 'full', percent: 10}],
			['keep-log'],
			['issue-certificate'],
		),
	});
	t.is(exitCode, 4);
	const failed = events.find(event => event.type === 'step.failed' && event.step === 'erase');
	t.like(failed, {code: 'WRITE_FAILED', unwritable: {count: 1, bytes: at.length, listed: [at]}});
	const stalls = events.filter(event => event.type === 'step.stalled');
	t.true(stalls.some(({answers, giveUpSeconds, seconds}) => answers && giveUpSeconds > 0 && seconds > 3));
	const [device] = devices;
	t.true(
		device?.bytes.every(
			(byte, index) => byte === (index >= at.offset && index < at.offset + at.length ? 0xa5 : 0),
		),
	);
});

test('so it is when places cannot be read', async t => {
	const at = {offset: 2 * mib, length: 128 * 512};
	const {exitCode, events} = await runOnMemory(t, {
		devices: [{serial: 'S', totalBytes: 8 * mib, faults: [{on: 'read', at, error: 'EIO', delayMs: 25}]}],
		recipe: recipeOf(
			['erase', {eraser: 'direct'}],
			['verify', {coverage: 'full', percent: 10, ...impatient}],
			['keep-log'],
			['issue-certificate'],
		),
	});
	t.is(exitCode, 4);
	const failed = events.find(event => event.type === 'step.failed' && event.step === 'verify');
	t.like(failed, {code: 'UNREADABLE', verification: {unreadable: {listed: [at]}}});
	t.true(events.some(event => event.type === 'step.stalled' && event.answers));
});
