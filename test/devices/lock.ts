import {execFile} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import test from 'ava';
import {lockDevice} from '../../src/devices/lock.ts';
import {memoryFacts} from '../_helpers/plan.ts';

const facts = (deviceNumber: string) => memoryFacts({path: '/dev/sdz', deviceNumber});

test('a second run is refused, and told which one has the device', async t => {
	await using _first = await lockDevice(facts('test 1'), '20261121T000000Z-00000001');
	await t.throwsAsync(lockDevice(facts('test 1'), '20261121T000000Z-00000002'), {
		code: 'DEVICE_BUSY',
		message: `/dev/sdz is in use by another run: 20261121T000000Z-00000001, process ${process.pid}`,
	});
	await using _other = await lockDevice(facts('test 2'), '20261121T000000Z-00000002');
	t.pass();
});

test('it is free again when the first one has let go', async t => {
	await (await lockDevice(facts('test 3'), 'a'))[Symbol.asyncDispose]();
	await using _again = await lockDevice(facts('test 3'), 'b');
	t.pass();
});

test('a process that is killed takes its claim along', async t => {
	const lock = path.join(import.meta.dirname, '../../src/devices/lock.ts');
	const script = `
		const {lockDevice} = await import(${JSON.stringify(lock)});
		await lockDevice({path: '/dev/sdz', deviceNumber: 'test 4'}, 'killed');
		console.log('held');
		setInterval(() => {}, 1000);`;
	const child = execFile(process.execPath, ['--input-type=module', '--eval', script]);
	await once(child.stdout as NodeJS.ReadableStream, 'data');
	await t.throwsAsync(lockDevice(facts('test 4'), 'next'), {
		message: new RegExp(`another run: killed, process ${child.pid}$`),
	});
	child.kill('SIGKILL');
	await once(child, 'exit');
	await using _next = await lockDevice(facts('test 4'), 'next');
	t.pass();
});
