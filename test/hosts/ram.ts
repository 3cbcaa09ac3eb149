import test from 'ava';
import ram from '../../src/hosts/ram.ts';
import {fakeTools, temporaryDirectory} from '../_helpers/fake-tools.ts';
import {departure} from '../_helpers/kept.ts';
import {memoryFacts} from '../_helpers/plan.ts';
import {disks, mountLine} from '../_helpers/ram-tree.ts';
import {writeTree} from '../_helpers/surroundings.ts';

test('what the ended system would have to do is a fault', async t => {
	const root = await temporaryDirectory(t);
	const {tools} = await fakeTools(t, {});
	const host = ram.create({tools, root});
	const signal = new AbortController().signal;
	for (const call of [
		async () => host.stopService('128T', {timeoutMs: 1, signal}),
		async () => host.serviceState('128T'),
		async () => host.enterEmergency({withoutShell: true}),
		async () => host.leave(),
	]) {
		await t.throwsAsync(call, {code: 'INTERNAL', message: /system that would do this has ended/});
	}

	t.deepEqual(await host.serviceLog('128T', 5), []);
	t.deepEqual(host.recorded, []);
});

test('the disk that the system ran from is freed, others are left alone, and what was done is told without the kernel’s own', async t => {
	const root = await temporaryDirectory(t);
	await writeTree(root, {
		...disks,
		'proc/self/mountinfo': mountLine(1, '0:20', '/', 'tmpfs', 'zeroize'),
		'proc/swaps': 'Filename Type Size Used Priority\n',
	});
	const {tools, calls} = await fakeTools(t, {umount: [{}], swapoff: [{}]});
	const host = ram.create({tools, root});
	const facts = [
		memoryFacts({path: '/dev/sda', deviceNumber: '8:0', isSystemDisk: true}),
		memoryFacts({path: '/dev/sdb', deviceNumber: '8:16'}),
	];
	t.deepEqual(await host.leaveDisk(departure, facts), {
		isLeft: true,
		done: ['nothing uses /dev/sda any more'],
	});
	t.deepEqual(await calls('umount'), []);
});

test('it ends the machine as the system does', async t => {
	const root = await temporaryDirectory(t);
	await writeTree(root, {'proc/sysrq-trigger': ''});
	const {tools} = await fakeTools(t, {});
	const host = ram.create({tools, root});
	await host.halt({how: 'poweroff', by: 'sysrq'});
	t.deepEqual(host.recorded, ['echo o > /proc/sysrq-trigger']);
});
