import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {SanitizeError} from '../../src/errors.ts';
import systemd from '../../src/hosts/systemd.ts';
import {fakeTools, temporaryDirectory} from '../_helpers/fake-tools.ts';

const signal = new AbortController().signal;

test('a service is stopped, and its state is asked with the documented commands', async t => {
	const {tools, calls} = await fakeTools(t, {systemctl: 'systemctl'});
	const host = systemd.create({tools, root: '/'});
	t.is(await host.serviceState('128T'), 'active');
	await host.stopService('128T', {timeoutMs: 5000, signal});
	t.is(await host.serviceState('128T'), 'inactive');
	t.deepEqual(await calls('systemctl'), [
		'is-active 128T',
		'stop 128T',
		'is-active 128T',
		'show --property=LoadState --value 128T',
	]);
	t.deepEqual(
		host.recorded.map(command => command.replace('systemctl ', '')),
		(await calls('systemctl')) as string[],
	);
});

test('a unit that is not installed is told from one that is stopped', async t => {
	const {tools, directory} = await fakeTools(t, {systemctl: 'systemctl'});
	await writeFile(path.join(directory, 'state'), 'inactive\n');
	await writeFile(path.join(directory, 'load'), 'not-found\n');
	t.is(await systemd.create({tools, root: '/'}).serviceState('128T'), 'not-found');
});

test('a unit log that cannot be read is an empty one', async t => {
	const {tools} = await fakeTools(t, {
		journalctl: [{args: '*--unit=a*', stdout: 'one\ntwo\n'}, {signal: 'KILL'}],
	});
	const host = systemd.create({tools, root: '/'});
	t.deepEqual(await host.serviceLog('a', 2), ['one', 'two']);
	t.deepEqual(await host.serviceLog('b', 2), []);
});

test('emergency mode is entered with systemctl emergency', async t => {
	const {tools, calls} = await fakeTools(t, {systemctl: 'systemctl'});
	await systemd.create({tools, root: '/'}).enterEmergency({withoutShell: false});
	t.deepEqual(await calls('systemctl'), ['emergency']);
});

for (const [how, key] of [
	['poweroff', 'o'],
	['reboot', 'b'],
] as const) {
	test(`${how} by sysrq writes "${key}" to the trigger and runs nothing`, async t => {
		const root = await temporaryDirectory(t);
		await mkdir(path.join(root, 'proc'));
		await writeFile(path.join(root, 'proc/sysrq-trigger'), '');
		const {tools, calls} = await fakeTools(t, {poweroff: [{}], reboot: [{}]});
		await systemd.create({tools, root}).halt({how, by: 'sysrq'});
		t.is(await readFile(path.join(root, 'proc/sysrq-trigger'), 'utf8'), key);
		t.deepEqual([await calls('poweroff'), await calls('reboot')], [[], []]);
	});

	test(`${how} is forced where the kernel has no sysrq, and the trigger is not created`, async t => {
		const root = await temporaryDirectory(t);
		await mkdir(path.join(root, 'proc'));
		const {tools, calls} = await fakeTools(t, {[how]: [{}]});
		await systemd.create({tools, root}).halt({how, by: 'sysrq'});
		t.deepEqual(await calls(how), ['-f']);
		await t.throwsAsync(readFile(path.join(root, 'proc/sysrq-trigger')), {code: 'ENOENT'});
	});

	test(`${how} by the system asks systemd`, async t => {
		const {tools, calls} = await fakeTools(t, {systemctl: [{}]});
		await systemd.create({tools, root: '/nonexistent'}).halt({how, by: 'system'});
		t.deepEqual(await calls('systemctl'), [how]);
	});
}

test('a halt that fails is named', async t => {
	const {tools} = await fakeTools(t, {systemctl: [{exitCode: 1, stderr: 'Failed to power off\n'}]});
	const host = systemd.create({tools, root: '/'});
	const error = await t.throwsAsync(host.halt({how: 'poweroff', by: 'system'}), {instanceOf: SanitizeError});
	t.is(error?.code, 'HALT_FAILED');
	t.regex(error?.message ?? '', /Failed to power off/);
});
