import test from 'ava';
import {authorize, isConfirmedBy, refusalsOf} from '../src/clearance.ts';
import type {DeviceFacts} from '../src/devices/device.ts';
import {SanitizeError} from '../src/errors.ts';
import {memoryFacts, planOf} from './_helpers/plan.ts';

const policy = {erases: true, allowPartition: false, leavesSystemDisk: false};

const refusals: ReadonlyArray<
	readonly [title: string, changes: Partial<DeviceFacts>, code: string, message: RegExp, hint: RegExp]
> = [
	[
		'mounted',
		{mountPoints: ['/mnt/a', '/mnt/b']},
		'DEVICE_BUSY',
		/mounted at \/mnt\/a, \/mnt\/b/,
		/umount \/mnt\/a/,
	],
	[
		'held by LVM',
		{holders: [{kind: 'lvm', name: 'vg-root'}]},
		'DEVICE_BUSY',
		/held by lvm vg-root/,
		/lvchange/,
	],
	[
		'held by md',
		{holders: [{kind: 'raid', name: '/dev/md0'}]},
		'DEVICE_BUSY',
		/held by raid/,
		/mdadm --stop/,
	],
	[
		'held by dm-crypt',
		{holders: [{kind: 'crypt', name: 'luks'}]},
		'DEVICE_BUSY',
		/held by crypt/,
		/cryptsetup close luks/,
	],
	[
		'held by multipath',
		{holders: [{kind: 'mpath', name: 'mpatha'}]},
		'DEVICE_BUSY',
		/held by mpath/,
		/multipath/,
	],
	[
		'swapped to',
		{holders: [{kind: 'swap', name: '/dev/sdz1'}]},
		'DEVICE_BUSY',
		/held by swap/,
		/swapoff \/dev\/sdz1/,
	],
	[
		'under a loop device',
		{holders: [{kind: 'loop', name: '/dev/loop1'}]},
		'DEVICE_BUSY',
		/loop/,
		/losetup --detach/,
	],
	[
		'held by something else',
		{holders: [{kind: 'other', name: 'bcache0'}]},
		'DEVICE_BUSY',
		/bcache0/,
		/bcache0/,
	],
	['held open', {holders: [{kind: 'open', name: '/dev/sdz'}]}, 'DEVICE_BUSY', /open/, /fuser/],
	['read-only', {readOnly: true, kind: 'disk'}, 'DEVICE_READ_ONLY', /read-only/, /blockdev --setrw/],
	['a read-only file', {readOnly: true, kind: 'file'}, 'DEVICE_READ_ONLY', /read-only/, /chmod/],
	['a partition', {kind: 'partition'}, 'IS_PARTITION', /is a partition/, /allowPartition/],
	['the system disk', {isSystemDisk: true}, 'SYSTEM_DISK', /holds the running system/, /another/],
];

for (const [title, changes, code, message, hint] of refusals) {
	test(`a device that is ${title} is refused, with the cause and the way out`, t => {
		const [refusal, ...more] = refusalsOf(memoryFacts(changes), policy);
		t.is(refusal?.code, code as NonNullable<typeof refusal>['code']);
		t.regex(refusal?.message ?? '', message);
		t.regex(refusal?.hint ?? '', hint);
		t.deepEqual(more, []);
	});

	test(`a plan for a device that is ${title} gives no clearance`, t => {
		const plan = planOf({devices: [memoryFacts(changes)]});
		const error = t.throws(() => authorize(plan, ['SERIAL1']), {instanceOf: SanitizeError});
		t.is(error.code, code as typeof error.code);
	});
}

test('a recipe that only reads is refused nothing', t => {
	t.deepEqual(refusalsOf(memoryFacts({mountPoints: ['/']}), {...policy, erases: false}), []);
});

test('a recipe that leaves the system disk may have it mounted, and no other disk', t => {
	const leaving = {...policy, leavesSystemDisk: true};
	t.deepEqual(refusalsOf(memoryFacts({isSystemDisk: true, mountPoints: ['/']}), leaving), []);
	t.is(refusalsOf(memoryFacts({mountPoints: ['/srv']}), leaving).length, 1);
});

const confirmations: ReadonlyArray<readonly [serial: string | null, text: string, isConfirmed: boolean]> = [
	['SERIAL1', 'SERIAL1', true],
	['SERIAL1', 'serial1', false],
	['SERIAL1', '/dev/sdz', false],
	['SERIAL1', '', false],
	[null, '/dev/sdz', true],
	[null, 'null', false],
	[null, '/dev/sdy', false],
];

for (const [serial, text, isConfirmed] of confirmations) {
	test(`a device with serial number ${serial} is ${isConfirmed ? '' : 'not '}confirmed by "${text}"`, t => {
		const plan = planOf({devices: [memoryFacts({serial})]});
		const [device] = plan.devices;
		t.is(device && isConfirmedBy(device, text), isConfirmed);
		if (isConfirmed) {
			t.is(authorize(plan, [text]).size, 1);
		} else {
			t.is(t.throws(() => authorize(plan, [text]), {instanceOf: SanitizeError}).code, 'NOT_CONFIRMED');
		}
	});
}

test('a file may be confirmed as it was typed', t => {
	const facts = memoryFacts({serial: null, target: 'loop:disk.img', path: '/srv/disk.img'});
	const [device] = planOf({devices: [facts]}).devices;
	t.true(['disk.img', 'loop:disk.img', '/srv/disk.img'].every(text => device && isConfirmedBy(device, text)));
});

test('every device must be confirmed', t => {
	const plan = planOf({devices: [memoryFacts(), memoryFacts({path: '/dev/sdy', serial: 'SERIAL2'})]});
	t.throws(() => authorize(plan, ['SERIAL1']), {message: /\/dev\/sdy must be confirmed/});
	t.is(authorize(plan, ['SERIAL2', 'SERIAL1']).size, 2);
});

test('a clearance is spent once, and only on the device that was confirmed', t => {
	const facts = memoryFacts();
	const spendable = authorize(planOf(), ['SERIAL1']).get('/dev/sdz');
	spendable?.spend(facts);
	t.throws(() => spendable?.spend(facts), {message: /was used already/});
	for (const change of [{serial: 'OTHER'}, {totalBytes: 512}, {deviceNumber: '8:0'}]) {
		const clearance = authorize(planOf(), ['SERIAL1']).get('/dev/sdz');
		const error = t.throws(() => clearance?.spend({...facts, ...change}), {instanceOf: SanitizeError});
		t.is(error.code, 'DEVICE_CHANGED');
		t.regex(error.message, new RegExp(Object.keys(change)[0] ?? ''));
	}
});
