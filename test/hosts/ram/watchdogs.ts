import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {quietKernel} from '../../../src/hosts/ram/quiet-kernel.ts';
import {feedWatchdogs} from '../../../src/hosts/ram/watchdogs.ts';
import {temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {writeTree} from '../../_helpers/surroundings.ts';

const watchdog = (index: number, attributes: Readonly<Record<string, string>>) => ({
	[`dev/watchdog${index}`]: '',
	...Object.fromEntries(
		Object.entries({identity: 'iTCO_wdt', ...attributes}).map(([name, text]) => [
			`sys/class/watchdog/watchdog${index}/${name}`,
			`${text}\n`,
		]),
	),
});

test('a watchdog that runs is fed at a quarter of its timeout, one that does not is never opened', async t => {
	const root = await temporaryDirectory(t);
	await writeTree(root, {
		...watchdog(0, {state: 'active', timeout: '1'}),
		...watchdog(1, {state: 'inactive', timeout: '1'}),
		...watchdog(2, {}),
		...watchdog(3, {state: 'active', timeout: '600'}),
	});
	const lines: string[] = [];
	const fed = (index: number) => readFileSync(path.join(root, `dev/watchdog${index}`));
	const feeding = await feedWatchdogs({root, tell: line => void lines.push(line)});
	t.deepEqual(lines.sort(), [
		'feeding watchdog0 every 0.25 s',
		'feeding watchdog2 every 10 s',
		'feeding watchdog3 every 60 s',
	]);
	t.is(fed(0).length, 1);
	await sleep(1000);
	feeding[Symbol.dispose]();
	const bites = fed(0).length;
	t.true(bites >= 3 && bites <= 6, `${bites}`);
	t.false(fed(0).includes('V'));
	t.is(fed(1).length, 0);
	t.is(fed(2).length, 1);
	t.is(fed(3).length, 1);
	await sleep(400);
	t.is(fed(0).length, bites);
});

test('a watchdog that cannot be opened, or does not take it, is told once and stops nobody', async t => {
	const root = await temporaryDirectory(t);
	await writeTree(root, {
		...watchdog(0, {state: 'active', timeout: '1'}),
		'sys/class/watchdog/watchdog1/state': 'active\n',
		...Object.fromEntries(
			Object.entries(watchdog(2, {state: 'active', timeout: '1'})).filter(
				([name]) => !name.startsWith('dev/'),
			),
		),
		'dev/watchdog2': '-> /dev/full',
	});
	const lines: string[] = [];
	{
		using _feeding = await feedWatchdogs({root, tell: line => void lines.push(line)});
		await sleep(600);
	}

	t.deepEqual(lines.sort(), [
		'feeding watchdog0 every 0.25 s',
		'feeding watchdog2 every 0.25 s',
		'watchdog1 cannot be fed: ENOENT',
		'watchdog2 cannot be fed: ENOSPC',
	]);
	t.true(readFileSync(path.join(root, 'dev/watchdog0')).length > 1);
});

test('a machine without watchdogs is no error', async t => {
	const root = await temporaryDirectory(t);
	const feeding = await feedWatchdogs({root, tell: line => t.fail(line)});
	t.notThrows(() => feeding[Symbol.dispose]());
});

test('the kernel is made quiet, and what it was is returned', async t => {
	const root = await temporaryDirectory(t);
	await writeTree(root, {'proc/sys/kernel/printk': '7\t4\t1\t7\n'});
	const file = path.join(root, 'proc/sys/kernel/printk');
	t.is(await quietKernel(root), 7);
	t.regex(readFileSync(file, 'utf8'), /^1\n/);
	writeFileSync(file, '4\t4\t1\t7\n');
	t.is(await quietKernel(root), 4);
	t.is(await quietKernel(await temporaryDirectory(t)), null);
});
