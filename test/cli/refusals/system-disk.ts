import path from 'node:path';
import test from 'ava';
import {createPlace} from '../../_helpers/cli.ts';
import {isRoot} from '../../_helpers/loop.ts';
import {runMain} from '../../_helpers/main.ts';
import {findSystemDisk} from '../../_helpers/system-disk.ts';

const serial = isRoot ? test.serial : test.serial.skip;

// Never with the right confirmation: this is the disk of whoever runs the tests.
const wrong = ['--confirm', 'WRONG'];

for (const [why, command, recipe, ...more] of [
	['', 'run', 'erase', ...wrong],
	['', 'run', 'ssr-zeroize', '--host', 'rehearsal', ...wrong],
	['', 'plan', 'erase'],
	[', and cannot be left: ', 'run', 'ssr-zeroize', ...wrong],
	[', and cannot be left: ', 'plan', 'ssr-zeroize'],
] as const) {
	serial(`${[command, recipe, ...more].join(' ')} refuses the disk behind /`, async t => {
		const place = await createPlace(t);
		const disk = await findSystemDisk();
		const end = await runMain([command, recipe, '--device', disk, ...more, ...place.args]);
		t.is(end.exitCode, 3);
		t.true(end.stderr.includes(`holds the running system (/)${why}`), end.stderr);
		t.regex(end.stderr, /hint: erase it from another system, or /);
		t.false(end.stderr.includes('WRONG'), 'it is not even asked whether it was confirmed');
		t.deepEqual(await place.runs(), {state: [], log: []});
	});
}

serial('the list of devices says which one holds the running system', async t => {
	const disk = await findSystemDisk();
	const {stdout} = await runMain(['devices', '--json']);
	const systemDisks = JSON.parse(stdout).filter(({isSystemDisk}: {isSystemDisk: boolean}) => isSystemDisk);
	t.deepEqual(
		systemDisks.map((facts: {path: string}) => facts.path),
		[disk],
	);
	const text = await runMain(['devices']);
	const shown = text.stdout.split('\n\n').find(block => block.startsWith(`${disk} `));
	t.regex(shown ?? '', /holds the running system/);
	t.true(text.stdout.split('\n').every(line => line.length <= 80));
	t.is(path.dirname(disk), '/dev');
});
