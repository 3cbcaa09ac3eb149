import {chmod, mkdir, readdir, readFile, rename, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import type {SigningKey} from '../../../src/certificate/signing-key.ts';
import {detachRun} from '../../../src/commands/session/detach.ts';
import {SanitizeError} from '../../../src/errors.ts';
import {type RunEvent, RunEvents} from '../../../src/events.ts';
import {readJournal} from '../../../src/journal.ts';
import {createTools} from '../../../src/process.ts';
import {isAllZero} from '../../_helpers/cli.ts';
import {fakeTools} from '../../_helpers/fake-tools.ts';
import {leftMachine, planToLeave, totalBytes} from '../../_helpers/leaving.ts';
import {isRoot} from '../../_helpers/loop.ts';
import {runMain, surroundingsOf} from '../../_helpers/main.ts';
import {newKey} from '../../_helpers/signing-key.ts';

const asRoot = isRoot ? test.serial : test.serial.skip;

const cli = path.join(import.meta.dirname, '../../../src/cli.ts');

/** The one executable, as far as a unit can tell: it has a /run of its own, and what it staged there is kept at $OUT. */
const wrapper = (out: string, root: string) => `#!/bin/sh
exec unshare --mount sh -c '
mount -t tmpfs zeroize-test /run && mkdir -p /run/systemd/system
mv "${root}"/run/zeroize-*.key /run/ 2>/dev/null
"${process.execPath}" "${cli}" "$@"
code=$?
cp -r /run/initramfs/zeroize-state "${out}" 2>/dev/null
cp -p /run/initramfs/zeroize.key "${out}.key" 2>/dev/null
ls -A /run > "${out}.run"
ls /run/initramfs > "${out}.names" 2>/dev/null
exit $code
' sh "$@"
`;

interface Confirmation {
	readonly typed?: readonly string[];
	readonly script?: string;
	readonly signingKey?: SigningKey;
}

/** A machine whose systemd starts the unit for real, and a run that was confirmed on it. */
const confirmed = async (
	t: ExecutionContext,
	programs: readonly string[],
	{typed, script, signingKey}: Confirmation = {},
) => {
	const {place, image, plan: planned} = await planToLeave(t);
	const executable = path.join(place.directory, 'zeroize');
	const out = path.join(place.directory, 'staged');
	const root = await leftMachine(place);
	await writeFile(executable, script ?? wrapper(out, root));
	await chmod(executable, 0o755);
	const departure = {
		...{executable: process.execPath, programs, stageBytes: 1, neededBytes: 2, availableBytes: 3},
		...{consoles: ['zeroize-none'], network: null},
	};
	const signing = signingKey && {signing: {file: '/key', keyId: signingKey.keyId}};
	const plan = {...planned, host: 'system' as const, departure, ...signing};
	await mkdir(path.join(root, 'run/systemd/system'), {recursive: true});
	const {directory, calls} = await fakeTools(t, {systemctl: 'systemctl-of-runs'});
	await writeFile(path.join(directory, 'root'), root);
	const env = {PATH: `${directory}:${process.env['PATH']}`};
	const controller = new AbortController();
	const {surroundings, stderr} = surroundingsOf({
		root,
		env,
		tools: createTools({env}),
		signal: controller.signal,
	});
	const events = new RunEvents({runId: plan.runId, now: () => new Date()});
	const seen: RunEvent[] = [];
	events.subscribe(event => void seen.push(event));
	events.emit({type: 'run.planned', plan});
	const confirmations = typed ?? plan.devices.map(({confirmation}) => confirmation);
	const detach = async () =>
		detachRun({plan, departure: {...departure, executable}, confirmations, events, signingKey}, surroundings);
	return {
		...{place, image, plan, root, out, seen, controller, detach, stderr},
		calls: async () => (await calls('systemctl')).filter(call => !call.startsWith('is-active')),
		pid: async () => Number(await readFile(path.join(directory, 'pid'), 'utf8')),
		output: async () => readFile(path.join(directory, 'output'), 'utf8'),
	};
};

asRoot('a run is handed to a unit, from there to RAM, and comes to its end with one journal', async t => {
	const {image, plan, out, seen, detach, calls, stderr, output, place} = await confirmed(t, ['sh']);
	const {exitCode} = await detach();
	t.is(exitCode, 143, await output());
	t.regex(stderr.text(), /this login will be cut off[\s\S]*follow it on the console \(zeroize-none\)/);
	t.regex(stderr.text(), /the run goes on without this terminal \(zeroize-.*\.service, then in RAM\)/);
	const unit = `zeroize-${plan.runId}.service`;
	t.deepEqual(await calls(), ['daemon-reload', `start ${unit}`, 'reboot']);
	t.deepEqual(
		seen.map(event => ('step' in event ? `${event.type} ${event.step}` : event.type)),
		['run.planned', 'run.confirmed', 'step.started leave-disk'],
	);
	t.false(
		seen.some(event => 'prev' in event),
		'the chain is the journal’s own',
	);
	t.false(await isAllZero(image, totalBytes), 'nothing is erased before the disk is left');
	t.deepEqual((await place.runs()).state, [], 'its records went along');
	t.regex(await readFile(`${out}.names`, 'utf8'), /^shutdown$/m);

	const directory = path.join(out, plan.runId);
	const root = path.join(place.directory, 'root');
	const {end} = await runMain(['init', directory], {root, isInit: true});
	t.deepEqual(end.halt?.halt, {how: 'poweroff', by: 'sysrq'});
	t.true(await isAllZero(image, totalBytes));
	const journal = readJournal(await readFile(path.join(directory, 'journal.jsonl'), 'utf8'), 'j');
	t.deepEqual(
		journal.slice(0, seen.length).map(({event}) => event),
		seen,
	);
	t.like(journal.at(-2)?.event, {type: 'run.finished', outcome: 'sanitized'});
	t.is(journal.filter(({event}) => event.type === 'step.started' && event.step === 'leave-disk').length, 1);
});

asRoot('a signed run takes its key along in memory alone, and signs in RAM', async t => {
	const signingKey = newKey();
	const {plan, out, detach, place, output} = await confirmed(t, ['sh'], {signingKey});
	t.is((await detach()).exitCode, 143, await output());
	const root = path.join(place.directory, 'root');
	t.deepEqual(await readdir(path.join(root, 'run')), ['systemd'], 'the file between the two is gone');
	t.notRegex(await readFile(`${out}.run`, 'utf8'), /\.key/);
	t.is((await stat(`${out}.key`)).mode & 0o777, 0o600);
	await rename(`${out}.key`, path.join(root, 'zeroize.key'));
	const directory = path.join(out, plan.runId);
	const {end} = await runMain(['init', directory], {root, isInit: true});
	t.deepEqual(end.halt?.halt, {how: 'poweroff', by: 'sysrq'});
	const [certificate, journal] = ['certificate.json', 'journal.jsonl'].map(name =>
		path.join(directory, name),
	);
	const verified = await runMain([
		...['certificate', 'verify', certificate ?? '', '--journal', journal ?? '', '--key', signingKey.keyId],
	]);
	t.is(verified.exitCode, 0, verified.stdout);
	const lines = readJournal(await readFile(journal ?? '', 'utf8'), 'j');
	t.true(lines.every(({seal, event}) => event.type === 'step.progress' || seal?.signature !== undefined));
});

asRoot('a run that cannot leave is followed to its end, and its exit code is told', async t => {
	const {image, out, seen, detach, calls, place} = await confirmed(t, ['zeroize-no-such-program']);
	const {exitCode} = await detach();
	t.is(exitCode, 3);
	t.like(seen.at(-1), {type: 'run.finished', outcome: 'refused'});
	t.like(
		seen.find(({type}) => type === 'step.failed'),
		{step: 'leave-disk', code: 'TOOL_MISSING'},
	);
	t.false((await calls()).includes('poweroff'));
	t.false(await isAllZero(image, totalBytes));
	await sleep(300);
	await t.throwsAsync(readdir(out), {code: 'ENOENT'}, 'nothing is left in RAM');
	const {state, log} = await place.runs();
	t.deepEqual([state.length, log.length], [1, 0], 'its records stay where they were');
});

asRoot('Ctrl-C before the unit is started starts none', async t => {
	const {controller, detach, calls} = await confirmed(t, ['sh']);
	controller.abort(new SanitizeError('INTERRUPTED', 'interrupted by SIGINT'));
	await t.throwsAsync(detach(), {code: 'INTERRUPTED'});
	t.deepEqual(await calls(), []);
});

asRoot('a run without the right confirmation is not handed over', async t => {
	const {detach, calls, place} = await confirmed(t, ['sh'], {typed: ['WRONG']});
	await t.throwsAsync(detach(), {code: 'NOT_CONFIRMED'});
	t.deepEqual(await calls(), []);
	t.deepEqual(await place.runs(), {state: [], log: []});
});

/** A unit that waits to be interrupted. */
const waiting = `#!/bin/sh
exec "${process.execPath}" -e "process.on('SIGINT', () => process.exit()); setTimeout(() => {}, 30000)"
`;

const untilStarted = async (calls: () => Promise<readonly string[]>): Promise<void> => {
	while (!(await calls()).some(call => call.startsWith('start'))) {
		await sleep(50);
	}

	await sleep(500);
};

asRoot('Ctrl-C is passed on to the unit, and that it ended without a word is said', async t => {
	const {plan, controller, detach, calls} = await confirmed(t, ['sh'], {script: waiting});
	const ending = detach();
	await untilStarted(calls);
	controller.abort(new SanitizeError('INTERRUPTED', 'interrupted by SIGINT'));
	await t.throwsAsync(ending, {code: 'INTERNAL', message: /the run ended without a word; its journal is /});
	t.is((await calls()).at(-1), `kill --signal=SIGINT zeroize-${plan.runId}.service`);
});

asRoot('what ends the login ends the view of the run, and not the run', async t => {
	const {controller, detach, calls, pid, stderr} = await confirmed(t, ['sh'], {script: waiting});
	const ending = detach();
	await untilStarted(calls);
	const unit = await pid();
	t.teardown(() => process.kill(unit, 'SIGINT'));
	controller.abort(new SanitizeError('TERMINATED', 'interrupted by SIGTERM'));
	t.is((await ending).exitCode, 143);
	t.regex(stderr.text(), /the run goes on without this terminal/);
	t.true(process.kill(unit, 0));
	t.false((await calls()).some(call => call.startsWith('kill')));
});
