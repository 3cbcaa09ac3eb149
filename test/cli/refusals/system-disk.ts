import path from 'node:path';
import test from 'ava';
import {createPlace, runFile} from '../../_helpers/cli.ts';
import {isRoot} from '../../_helpers/loop.ts';
import {runMain} from '../../_helpers/main.ts';

const serial = isRoot ? test.serial : test.serial.skip;

/** Asked of others than zeroize. */
const findSystemDisk = async (): Promise<string> => {
	const {stdout: source} = await runFile('findmnt', ['--noheadings', '--output', 'SOURCE', '/']);
	const {stdout} = await runFile('lsblk', ['-nspo', 'NAME,TYPE', '--raw', source.trim().replace(/\[.*/, '')]);
	const disk = stdout.split('\n').findLast(line => line.endsWith(' disk'));
	if (disk === undefined) {
		throw new Error(`no disk is behind ${source}`);
	}

	return disk.replace(/ disk$/, '');
};

// Never with the right confirmation: this is the disk of whoever runs the tests.
const wrong = ['--confirm', 'WRONG'];

for (const [command, recipe, ...more] of [
	['run', 'erase', ...wrong],
	['run', 'ssr-zeroize', '--host', 'rehearsal', ...wrong],
	['plan', 'erase'],
	['plan', 'ssr-zeroize'],
] as const) {
	serial(`${command} ${recipe} refuses the disk behind /`, async t => {
		const place = await createPlace(t);
		const disk = await findSystemDisk();
		const end = await runMain([command, recipe, '--device', disk, ...more, ...place.args]);
		t.is(end.exitCode, 3);
		t.true(end.stderr.includes(`${disk} holds the running system (/)`), end.stderr);
		t.regex(end.stderr, /hint: erase it from another system, or name another device/);
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
