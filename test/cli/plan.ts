import {readdir, readFile} from 'node:fs/promises';
import test from 'ava';
import {createPlace, hashOf} from '../_helpers/cli.ts';
import {attachLoop, isRoot, loopsOf} from '../_helpers/loop.ts';
import {runMain} from '../_helpers/main.ts';

const serial = isRoot ? test.serial : test.serial.skip;

const writesTo = async (device: string): Promise<string> => {
	const counters = await readFile(`/sys/block/${device.replace('/dev/', '')}/stat`, 'utf8');
	return counters.trim().split(/\s+/).slice(4, 8).join(' ');
};

for (const progress of ['json', 'plain', 'tty']) {
	serial(`a plan touches nothing and says exactly what will be run (${progress})`, async t => {
		const place = await createPlace(t);
		const image = await place.image(8192);
		const attached = await place.image(8192, 'attached.img');
		await using loop = await attachLoop(attached);
		const before = await Promise.all([hashOf(image), hashOf(attached), writesTo(loop.path)]);
		const targets = [`loop:${image}`, loop.path];
		const args = ['plan', 'ssr-zeroize', ...targets.flatMap(target => ['--device', target]), ...place.args];
		const end = await runMain([...args, '--progress', progress]);
		t.is(end.exitCode, 0, end.stderr);
		t.is(end.stderr, '');
		t.true(end.stdout.includes(`if=/dev/zero of=${loop.path} bs=1M conv=fsync,nocreat`), end.stdout);
		for (const command of ['systemctl stop 128T', 'systemctl emergency', '/proc/sysrq-trigger']) {
			t.true(end.stdout.includes(command), command);
		}

		if (progress === 'json') {
			t.deepEqual(
				end.events.map(({type, seq}) => [type, seq]),
				[['run.planned', 1]],
			);
		} else {
			t.true(end.stdout.split('\n').every(line => line.length <= 80 || line.includes(place.directory)));
		}

		t.deepEqual(await Promise.all([hashOf(image), hashOf(attached), writesTo(loop.path)]), before);
		t.deepEqual(await loopsOf(image), []);
		t.deepEqual(await place.runs(), {state: [], log: []});
		t.deepEqual((await readdir(place.directory)).sort(), ['attached.img', 'disk.img', 'state']);
		t.is(end.end.halt, undefined);
	});
}

test('a plan names what each of several devices is refused for', async t => {
	const place = await createPlace(t);
	const end = await runMain([
		...['plan', 'erase', '--device', '/dev/null', '--device', `file:${place.directory}/missing.img`],
		...place.args,
	]);
	t.is(end.exitCode, 3);
	t.regex(end.stderr, /planning erase: .*\/dev\/null: it is not a block device/);
	t.regex(end.stderr, /planning erase: .*missing\.img: there is no such device or file/);
	t.is(end.stderr.match(/^hint: /gm)?.length, 2);
});
