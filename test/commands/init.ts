import {readdir, readFile, rename} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {SigningKey} from '../../src/certificate/signing-key.ts';
import type {EventBody} from '../../src/events.ts';
import {readJournal} from '../../src/journal.ts';
import {writeKeyFile} from '../../src/keys/key-file.ts';
import type {Plan} from '../../src/plan.ts';
import {isAllZero} from '../_helpers/cli.ts';
import {keptRun} from '../_helpers/kept.ts';
import {leftMachine, planToLeave, totalBytes} from '../_helpers/leaving.ts';
import {isRoot} from '../_helpers/loop.ts';
import {runMain} from '../_helpers/main.ts';
import {connect, openPty} from '../_helpers/pty.ts';
import {webServer} from '../_helpers/receivers.ts';
import {newKey} from '../_helpers/signing-key.ts';

// Each holds a loop device, and the number of a terminal that has gone is given to the next one.
const asRoot = isRoot ? test.serial : test.serial.skip;

const soFar = (plan: Plan): readonly EventBody[] => [
	{type: 'run.confirmed', confirmations: plan.devices.map(({confirmation}) => confirmation)},
	{type: 'step.started', step: 'leave-disk', title: 'leave the disk'},
];

/** What stands in RAM after the pivot, with a console to sit at. Of the kernel only what is read can be reached. */
const stagedRun = async (t: ExecutionContext, destination: string | null = null, signingKey?: SigningKey) => {
	const {place, image, plan: unsigned} = await planToLeave(t, destination);
	const plan = {...unsigned, ...(signingKey && {signing: {file: '/key', keyId: signingKey.keyId}})};
	const directory = await keptRun(path.join(place.directory, 'ram'), plan, ...soFar(plan));
	const root = await leftMachine(place);
	const pty = await openPty(t);
	await connect(root, 'ttyS0', pty);
	const journal = async () =>
		readJournal(await readFile(path.join(directory, 'journal.jsonl'), 'utf8'), 'j').map(({event}) => event);
	return {
		image,
		directory,
		pty,
		plan,
		root,
		journal,
		init: (...options: readonly string[]) => runMain(['init', directory, ...options], {root, isInit: true}),
	};
};

const isNot = (what: string) => (event: {readonly type: string}) => event.type !== what;

asRoot('a staged run is finished from RAM, to the request to power off', async t => {
	const {image, directory, pty, plan, journal, init} = await stagedRun(t);
	const {end, exitCode} = await init();
	t.is(exitCode, 0);
	t.deepEqual(end.halt?.halt, {how: 'poweroff', by: 'sysrq'});
	t.true(await isAllZero(image, totalBytes));
	const events = await journal();
	t.true(events.every(({runId}) => runId === plan.runId));
	t.deepEqual(
		events
			.filter(isNot('step.progress'))
			.map(event => ('step' in event ? `${event.type} ${event.step}` : event.type)),
		[
			'run.planned',
			'run.confirmed',
			'step.started leave-disk',
			'step.finished leave-disk',
			'step.started erase',
			'run.committed',
			'step.finished erase',
			'step.started verify',
			'step.finished verify',
			'step.started issue-certificate',
			'step.finished issue-certificate',
			'step.skipped deliver',
			'step.started power-off',
			'step.finished power-off',
			'run.finished',
			'run.halting',
		],
	);
	t.deepEqual((await readdir(directory)).sort(), ['certificate.json', 'journal.jsonl', 'run.log']);
	const log = await readFile(path.join(directory, 'run.log'), 'utf8');
	t.regex(log, /^the log so far\n/);
	await pty.shows(/sanitized[\s\S]*BEGIN ZEROIZE CERTIFICATE[\s\S]*END ZEROIZE CERTIFICATE/i);
	t.notRegex(
		pty.text(),
		/The plan|leave the disk.*\n.*leave the disk/,
		'what was said before is not said again',
	);
});

asRoot('a delivery that fails leads to the choice; tried again, it takes the certificate along', async t => {
	let isWell = false;
	const web = await webServer(t, {
		answer: (_, response) => void response.writeHead(isWell ? 201 : 500).end(),
	});
	const {pty, init, journal} = await stagedRun(t, `http://127.0.0.1:${web.port}/r`);
	const ending = init();
	await pty.shows(/This machine stays on[\s\S]*tried again in 1 min[\s\S]*r {2}try again.*\n/);
	const failedAt = web.received.length;
	isWell = true;
	pty.type('r\n');
	const {end, exitCode} = await ending;
	t.is(exitCode, 0);
	t.deepEqual(end.halt?.halt, {how: 'poweroff', by: 'sysrq'});
	const delivered = new Map(web.received.slice(failedAt).map(({url, text}) => [path.basename(url), text]));
	t.deepEqual([...delivered.keys()].sort(), ['certificate.json', 'journal.jsonl', 'run.log']);
	t.like(JSON.parse(delivered.get('certificate.json') ?? ''), {outcome: 'sanitized'});
	const events = await journal();
	t.is(events.filter(event => event.type === 'step.started' && event.step === 'erase').length, 1);
	t.is(events.flatMap(event => (event.type === 'step.finished' ? (event.certificates ?? []) : [])).length, 1);
	t.true(delivered.get('journal.jsonl')?.includes('"run.retried"'));
});

asRoot(
	'a device that cannot be erased leads to the choice, and is erased once the cause is gone',
	async t => {
		const {image, pty, init, journal} = await stagedRun(t);
		await rename(image, `${image}.gone`);
		const ending = init();
		await pty.shows(/This machine stays on[\s\S]*r {2}try again.*\n/);
		t.notRegex(pty.text(), /tried again in/, 'nothing is erased unasked');
		await rename(`${image}.gone`, image);
		pty.type('r\n');
		const {end} = await ending;
		t.deepEqual(end.halt?.halt, {how: 'poweroff', by: 'sysrq'});
		t.true(await isAllZero(image, totalBytes));
		const finished = (await journal()).flatMap(event =>
			event.type === 'run.finished' ? [event.outcome] : [],
		);
		t.deepEqual(finished, ['refused', 'sanitized']);
	},
);

asRoot('a key that is not there keeps nothing from being erased, and signs once it is', async t => {
	const key = newKey();
	const {image, pty, init, root, directory} = await stagedRun(t, null, key);
	const ending = init();
	await pty.shows(/looking for the key: the key .+ was not handed over[\s\S]*r {2}try again.*\n/);
	t.true(await isAllZero(image, totalBytes));
	t.false((await readdir(directory)).includes('certificate.json'));
	await writeKeyFile(path.join(root, 'zeroize.key'), key);
	pty.type('r\n');
	t.deepEqual((await ending).end.halt?.halt, {how: 'poweroff', by: 'sysrq'});
	const file = path.join(directory, 'certificate.json');
	const journal = path.join(directory, 'journal.jsonl');
	const end = await runMain(['certificate', 'verify', file, '--journal', journal, '--key', key.keyId]);
	t.is(end.exitCode, 0, end.stdout);
});

asRoot('whoever chooses to power off gets that, and nothing is erased', async t => {
	const {image, pty, init} = await stagedRun(t);
	await rename(image, `${image}.gone`);
	const ending = init();
	await pty.shows(/p {2}power off; what is not said to be sanitized.*\n/);
	pty.type('p\n');
	const {end} = await ending;
	t.deepEqual(end.halt?.halt, {how: 'poweroff', by: 'sysrq'});
	t.false(await isAllZero(`${image}.gone`, totalBytes));
});

asRoot('a run that ended on a machine that did not asks first, and then only powers off', async t => {
	const {pty, init, journal} = await stagedRun(t);
	await init();
	const before = await journal();
	const again = init('--again');
	await pty.shows(/This machine stays on[\s\S]*tried again in 1 min[\s\S]*r {2}try again.*\n/);
	t.deepEqual(await journal(), before);
	pty.type('r\n');
	t.deepEqual((await again).end.halt?.halt, {how: 'poweroff', by: 'sysrq'});
	const after = (await journal()).slice(before.length);
	t.deepEqual(
		after.map(event =>
			'step' in event && event.type !== 'step.skipped' ? `${event.type} ${event.step}` : event.type,
		),
		[
			'run.retried',
			'step.skipped',
			'step.started power-off',
			'step.finished power-off',
			'run.finished',
			'run.halting',
		],
	);
});

test('what is not PID 1 of a machine that left its disk is not let in', async t => {
	const {exitCode, stderr} = await runMain(['init', '/tmp']);
	t.is(exitCode, 2);
	t.regex(stderr, /only PID 1 of a machine that left its disk can do this/);
});
