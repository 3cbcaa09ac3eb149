import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {lookAtDeparture} from '../../../src/commands/session/departure.ts';
import {build} from '../../../src/dev/build.ts';
import type {RunEvent} from '../../../src/events.ts';
import {createPlace, parseEvents, runFile} from '../../_helpers/cli.ts';
import {fakeTools, temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {isRoot} from '../../_helpers/loop.ts';
import {surroundingsOf} from '../../_helpers/main.ts';
import {memoryFacts, planOf, recipeOf} from '../../_helpers/plan.ts';
import {writeTree} from '../../_helpers/surroundings.ts';
import {findSystemDisk} from '../../_helpers/system-disk.ts';

const recipe = recipeOf(['leave-disk'], ['erase', {eraser: 'direct'}]);

const planFor = (changes: Parameters<typeof planOf>[0] = {}) =>
	planOf({recipe, host: 'system', devices: [memoryFacts({isSystemDisk: true})], ...changes});

const lookFrom = async (t: ExecutionContext, tree: Readonly<Record<string, string>>, plan = planFor()) => {
	const root = await temporaryDirectory(t);
	await writeTree(root, tree);
	const {tools, calls} = await fakeTools(t, {ip: [{}], systemctl: [{}], mount: [{}]});
	const found = await lookAtDeparture(plan, [], surroundingsOf({root, tools}).surroundings);
	t.deepEqual([...(await calls('systemctl')), ...(await calls('mount'))], [], 'nothing is touched');
	return found;
};

test('a system that is not run by systemd cannot leave its disk', async t => {
	const found = await lookFrom(t, {'proc/meminfo': ''});
	t.deepEqual(found?.changes, {});
	t.like(found?.refusals, [
		{
			code: 'SYSTEM_DISK',
			target: '/dev/sdz',
			message: '/dev/sdz holds the running system (/), and cannot be left: this system is not run by systemd',
		},
	]);
});

test('nor can anything but the one executable', async t => {
	const found = await lookFrom(t, {'run/systemd/system/a': ''});
	t.like(found?.refusals, [{code: 'SYSTEM_DISK'}]);
	t.regex(
		found?.refusals[0]?.message ?? '',
		/only the one executable can go on in RAM \(npm run build makes it\)/,
	);
});

test('where no device holds the running system, there is nothing to leave', async t => {
	t.is(await lookFrom(t, {}, planFor({devices: [memoryFacts()]})), null);
});

test('a rehearsal does not pretend to leave the disk of the running system: it refuses it', async t => {
	const plan = planFor({host: 'rehearsal'});
	t.is(await lookFrom(t, {'run/systemd/system/a': ''}, plan), null);
	t.is(plan.departure, null);
	t.like(plan.refusals, [{code: 'SYSTEM_DISK', target: '/dev/sdz'}]);
});

const asRoot = isRoot ? test.serial : test.serial.skip;

let directory = '';
let executable = '';

test.before(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'zeroize-departure-'));
	executable = (await build(directory))[process.arch === 'arm64' ? 'arm64' : 'x64'];
});

test.after.always(async () => rm(directory, {recursive: true, force: true}));

/** Plans alone, on this machine as if systemd ran it and so much memory were free. */
const planOn = async (t: ExecutionContext, availableKiB: number, ...more: readonly string[]) => {
	const place = await createPlace(t);
	const meminfo = await place.write(
		'meminfo',
		`MemTotal: 99999999 kB\nMemFree: ${availableKiB} kB\nMemAvailable: ${availableKiB} kB\n`,
	);
	const args = [
		'plan',
		'ssr-zeroize',
		'--device',
		await findSystemDisk(),
		'--progress',
		'json',
		...place.args,
	];
	const script =
		'mount -t tmpfs zeroize-test /run && mkdir -p /run/systemd/system && mount --bind "$MEMINFO" /proc/meminfo && "$@"; echo $? >&2';
	const {stdout, stderr} = await runFile(
		'unshare',
		['--mount', 'sh', '-c', script, 'sh', executable, ...args, ...more],
		{env: {PATH: process.env['PATH'], MEMINFO: meminfo}},
	);
	t.false(existsSync('/run/initramfs/zeroize'));
	t.deepEqual(await place.runs(), {state: [], log: []});
	const [planned] = parseEvents(stdout) as readonly RunEvent[];
	return {
		plan: planned?.type === 'run.planned' ? planned.plan : t.fail(),
		exitCode: Number(stderr.trim().split('\n').at(-1)),
		stderr,
	};
};

asRoot('the one executable plans to leave the disk, and says what that takes', async t => {
	const {plan, exitCode, stderr} = await planOn(t, 8 * 1024 * 1024);
	t.is(exitCode, 0, stderr);
	t.like(plan, {refusals: [], departure: {executable, network: null}});
	t.true((plan?.departure?.stageBytes ?? 0) > 100e6);
	t.true((plan?.departure?.neededBytes ?? 0) > (plan?.departure?.stageBytes ?? 0));
	for (const program of ['dd', 'sh', 'umount']) {
		t.true(plan?.departure?.programs.includes(program), program);
	}

	t.regex(plan?.logRefused ?? '', /the run ends in RAM/);
});

asRoot('too little memory is refused with the figures', async t => {
	const {plan, exitCode, stderr} = await planOn(t, 100 * 1024);
	t.is(exitCode, 3, stderr);
	t.is(plan?.departure, null);
	t.deepEqual(
		plan?.refusals.map(({code}) => code),
		['NO_MEMORY'],
	);
	t.regex(stderr, /\d+ MiB of memory are needed \(\d+ MiB for the programs .*\) and 100 MiB are available/);
});

asRoot('a certificate file is refused, because nothing but RAM is left to write it to', async t => {
	const {exitCode, stderr} = await planOn(
		t,
		8 * 1024 * 1024,
		'--certificate',
		path.join(directory, 'c.json'),
	);
	t.is(exitCode, 2, stderr);
	t.regex(stderr, /the certificate cannot be written to .*c\.json: the run ends in RAM/);
	t.regex(stderr, /hint: name another disk instead: --destination disk:LABEL=/);
});
