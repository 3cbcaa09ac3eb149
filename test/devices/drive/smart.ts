import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {parseHealth, readSmart} from '../../../src/devices/drive/smart.ts';
import {askingWith, capture, testReader} from '../../_helpers/drive.ts';
import {fakeTools} from '../../_helpers/fake-tools.ts';

const refusal = {
	stdout: await readFile(
		path.join(import.meta.dirname, '../../../fixtures/output/drives/smartctl-7.3-no-rights.txt'),
		'utf8',
	),
	exitCode: 2,
};

testReader('smart', {tools: ['smartctl'], what: 'health', refusal, read: readSmart});

const unknown = {
	temperatureCelsius: null,
	reallocatedSectors: null,
	percentageUsed: null,
	powerOnHours: null,
};

const drives = {
	'ata-good': {passed: true, temperatureCelsius: 25, reallocatedSectors: 0, powerOnHours: 2725},
	'ata-failing': {passed: false, temperatureCelsius: 25, reallocatedSectors: 1975, powerOnHours: 65_592},
	'ata-qemu': {passed: true, temperatureCelsius: 31, reallocatedSectors: 0, powerOnHours: 1},
	'nvme-full': {passed: true, temperatureCelsius: 41, percentageUsed: 3, powerOnHours: 12_798},
	'nvme-worn': {passed: false, temperatureCelsius: 67, percentageUsed: 103, powerOnHours: 40_112},
	'nvme-qemu': {passed: true, temperatureCelsius: 50, percentageUsed: 0, powerOnHours: 0},
};

for (const [name, expected] of Object.entries(drives)) {
	test(`the health of a drive: ${name}`, async t => {
		// Its exit code is a mask: 24 is a failing drive.
		const stdout = await capture(`smartctl-7.3-${name}`);
		const asking = await askingWith(t, {smartctl: [{stdout, exitCode: expected.passed ? 0 : 24}]});
		t.deepEqual(await readSmart(asking), {health: {...unknown, ...expected, source: 'smartctl'}});
	});
}

test('a drive without SMART has no health, and no temperature of 0 degrees', async t => {
	const asking = await askingWith(t, {smartctl: [{stdout: await capture('smartctl-7.3-scsi-qemu')}]});
	t.deepEqual(await readSmart(asking), {
		unknown: [{what: 'health', why: 'smartctl: the drive does not tell its health'}],
	});
});

test('what is behind a bridge that smartctl does not know is asked as most are', async t => {
	const first = {args: '--json -i *', stdout: await capture('smartctl-7.3-usb-unknown'), exitCode: 1};
	const {tools, calls} = await fakeTools(t, {
		smartctl: [first, {args: '--json -d sat *', stdout: await capture('smartctl-7.3-ata-good')}],
	});
	const {health} = await readSmart({tools, node: '/dev/sdd', timeoutMs: 20_000});
	t.like(health, {passed: true, powerOnHours: 2725});
	t.deepEqual(await calls('smartctl'), ['--json -i -H -A /dev/sdd', '--json -d sat -i -H -A /dev/sdd']);
});

test('a bridge that lets nothing through', async t => {
	const first = {args: '--json -i *', stdout: await capture('smartctl-7.3-usb-unknown'), exitCode: 1};
	const second = {args: '--json -d sat *', stdout: await capture('smartctl-7.3-usb-no-sat'), exitCode: 2};
	const reading = await readSmart(await askingWith(t, {smartctl: [first, second]}));
	t.deepEqual(reading, {unknown: [{what: 'health', why: 'smartctl: the drive does not tell its health'}]});
});

test('the words of the drive cannot deceive a terminal', t => {
	const text = JSON.stringify({smartctl: {messages: [{string: '\u001B[2Jfine'}]}});
	t.throws(() => parseHealth(text), {message: '?[2Jfine'});
});
