import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {replayJournal} from '../../src/certificate/replay.ts';
import {seedHash} from '../../src/content/canary.ts';
import type {RunEvent} from '../../src/events.ts';
import type {Recipe} from '../../src/recipe.ts';
import {certificateIn, findEvent} from '../_helpers/drive-events.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {type NvmeDrive, nvmeDrive} from '../_helpers/nvme-drive.ts';
import {recipeOf} from '../_helpers/plan.ts';
import {goOnWithDrive, runOnDrive} from '../_helpers/run-on-drive.ts';

const serial = isRoot ? test.serial : skip(test, 'runs over a drive that erases itself');

const decommission = (purge: Record<string, unknown> = {}): Recipe =>
	recipeOf(
		['purge', {eraser: 'auto', canary: true, ...purge}],
		['erase', {eraser: 'direct', canary: true}],
		['verify', {coverage: 'full', percent: 10, overlap: false}],
		['keep-log'],
		['issue-certificate'],
	);

const isEvent = (type: RunEvent['type'], step: string) => (event: RunEvent) =>
	event.type === type && 'step' in event && event.step === step;

const failures = (events: readonly RunEvent[]) =>
	events.flatMap(event => (event.type === 'step.failed' ? [`${event.step} ${event.code}`] : []));

const isZero = async ({contents}: NvmeDrive): Promise<boolean> =>
	(await contents()).every(byte => byte === 0);

/** That it ended well, with one purge for the whole run, and what its journal proves. */
const requirePurged = async (
	t: ExecutionContext,
	drive: NvmeDrive,
	{exitCode, events, remains}: Awaited<ReturnType<typeof runOnDrive>>,
) => {
	t.is(exitCode, 0, failures(events).join());
	t.true(await isZero(drive));
	const certificate = certificateIn(events);
	t.like(certificate, {method: 'purge', outcome: 'sanitized', overwrite: {eraser: 'direct'}});
	const journal = path.join(remains, 'journal.jsonl');
	t.deepEqual(replayJournal(await readFile(journal, 'utf8'), journal).certificates, [certificate]);
	return certificate;
};

serial('a drive purges itself, is overwritten and verified, and the certificate tells of both', async t => {
	const drive = await nvmeDrive(t, {leaves: 'ones'});
	const end = await runOnDrive(t, drive, {recipe: decommission()});
	const certificate = await requirePurged(t, drive, end);
	const {events} = end;
	t.deepEqual(await drive.commands(), [`admin-passthru ${drive.device.node} --opcode=0x84 --cdw10=0x04`]);
	const canary = findEvent(events, 'command.started')?.canary ?? t.fail();
	t.like(findEvent(events, 'command.started'), {step: 'purge'});
	t.like(findEvent(events, 'step.finished', 'purge'), {
		...{eraser: 'nvme-sanitize', method: 'purge', technique: 'cryptographic-erase', canary},
	});
	t.like(findEvent(events, 'step.finished', 'erase'), {
		eraser: 'direct',
		method: 'clear',
		technique: 'overwrite',
	});
	const {verification} = findEvent(events, 'step.finished', 'verify') ?? {};
	t.like(verification, {result: 'passed', coverage: 'full', verifiedBytes: drive.device.facts.totalBytes});
	t.is(verification?.expected, undefined);
	t.like(certificate, {
		...{method: 'purge', technique: 'cryptographic-erase'},
		tool: {eraser: 'nvme-sanitize', program: {name: 'nvme (nvme-cli)', version: '2.3'}},
		overwrite: {eraser: 'direct', writtenBytes: drive.device.facts.totalBytes},
		canary: {blocks: canary.blocks, seedSha256: seedHash(canary)},
	});
	t.is(certificate?.['holds'], undefined);
	t.is(certificate?.notPurged, undefined);
	t.is(events.filter(({type}) => type === 'run.committed').length, 1);
	t.is(certificate?.startedAt, findEvent(events, 'run.committed')?.at);
	t.like(findEvent(events, 'run.finished')?.devices[0], {
		...{outcome: 'sanitized', purged: {eraser: 'nvme-sanitize', technique: 'cryptographic-erase'}},
	});
});

serial('the technique is the one that is asked for', async t => {
	const drive = await nvmeDrive(t);
	const end = await runOnDrive(t, drive, {
		recipe: decommission({eraser: 'nvme-format', technique: 'block-erase', canary: false}),
	});
	const certificate = await requirePurged(t, drive, end);
	t.like(certificate, {technique: 'block-erase', tool: {eraser: 'nvme-format'}});
	t.is(certificate?.canary, undefined);
	t.regex((await drive.commands()).join('\n'), /^format .* --ses=1 /);
});

serial('a purge that fails, or lies, is followed by no overwrite and no certificate', async t => {
	for (const [behaviour, code] of [
		[{polls: -1}, 'ERASER_FAILED'],
		[{fails: 'sanitize'}, 'ERASER_FAILED'],
		[{leaves: 'everything'}, 'NOT_ERASED'],
	] as const) {
		const drive = await nvmeDrive(t, behaviour);
		const {exitCode, events} = await runOnDrive(t, drive, {recipe: decommission()});
		t.is(exitCode, 4);
		t.deepEqual(failures(events), [`purge ${code}`]);
		t.is(findEvent(events, 'step.started', 'erase'), undefined);
		t.is(findEvent(events, 'step.skipped', 'erase')?.reason, 'a step before it failed for this device');
		t.is(certificateIn(events), undefined);
		t.false(await isZero(drive));
	}
});

serial('what was not verified is not certified, purged or not', async t => {
	const drive = await nvmeDrive(t);
	const {steps, ...recipe} = decommission();
	const unverified = {...recipe, steps: steps.filter(({step}) => step !== 'verify')};
	const {exitCode, events} = await runOnDrive(t, drive, {recipe: unverified});
	t.is(exitCode, 5);
	t.is(certificateIn(events), undefined);
});

serial('after a loss of power in the purge the drive is waited for, then it is overwritten', async t => {
	const drive = await nvmeDrive(t, {polls: 1000});
	const first = await runOnDrive(t, drive, {
		recipe: decommission(),
		cutAt: 'command.started',
		onEvent(event, abort) {
			if (event.type === 'command.started') {
				void drive.running().then(abort);
			}
		},
	});
	t.is(first.exitCode, 130);
	t.deepEqual(failures(first.events), ['purge INTERRUPTED']);
	t.is(certificateIn(first.events), undefined);
	await drive.set({polls: 1});
	const end = await goOnWithDrive(drive, first.remains);
	const certificate = await requirePurged(t, drive, end);
	t.is((await drive.commands()).length, 1);
	const canary = findEvent(first.events, 'command.started')?.canary ?? t.fail();
	t.is(certificate?.canary?.['seedSha256'], seedHash(canary));
});

serial('a purge that ended while nobody looked is done again: it may be of an older command', async t => {
	const drive = await nvmeDrive(t);
	const first = await runOnDrive(t, drive, {recipe: decommission(), cutAt: 'command.started'});
	t.is(first.exitCode, 0);
	// The power came back with the drive done, and with nothing overwritten.
	const end = await goOnWithDrive(drive, first.remains);
	await requirePurged(t, drive, end);
	t.is((await drive.commands()).length, 2);
});

serial('a command that was announced and never got there is given', async t => {
	const drive = await nvmeDrive(t, {state: 'done'});
	const first = await runOnDrive(t, drive, {
		recipe: decommission(),
		onEvent: (event, abort) => (event.type === 'command.started' ? abort() : undefined),
	});
	t.is(first.exitCode, 130);
	t.deepEqual(await drive.commands(), []);
	await requirePurged(t, drive, await goOnWithDrive(drive, first.remains));
	t.is((await drive.commands()).length, 1);
});

for (const [when, isHere] of [
	['between purge and overwrite', isEvent('step.finished', 'purge')],
	['as the overwrite begins', isEvent('step.started', 'erase')],
] as const) {
	serial(
		`interrupted ${when}, a run has the drive purge itself again: somebody may have used it`,
		async t => {
			const drive = await nvmeDrive(t, {leaves: 'ones'});
			const first = await runOnDrive(t, drive, {
				recipe: decommission(),
				cutAt: isHere,
				onEvent: (event, abort) => (isHere(event) ? abort() : undefined),
			});
			t.is(first.exitCode, 130);
			t.is(certificateIn(first.events), undefined);
			t.false(await isZero(drive));
			const end = await goOnWithDrive(drive, first.remains);
			const certificate = await requirePurged(t, drive, end);
			t.is((await drive.commands()).length, 2);
			t.truthy(findEvent(end.events, 'step.finished', 'purge'));
			t.is(certificate?.startedAt, findEvent(end.events, 'run.committed')?.at);
		},
	);
}

serial('a format that was interrupted leaves no trace, and is done again', async t => {
	const drive = await nvmeDrive(t, {fails: 'silent'});
	const first = await runOnDrive(t, drive, {
		recipe: decommission({eraser: 'nvme-format'}),
		onEvent(event, abort) {
			if (event.type === 'command.started') {
				void drive.told().then(abort);
			}
		},
	});
	t.is(first.exitCode, 130);
	await drive.set({fails: 'nothing'});
	await requirePurged(t, drive, await goOnWithDrive(drive, first.remains));
	t.is((await drive.commands()).length, 2);
});

serial(
	'with a fallback a drive that cannot purge itself is cleared, and the certificate says why',
	async t => {
		const drive = await nvmeDrive(t);
		const {drive: _, ...facts} = drive.device.facts;
		const plain = {...drive, device: {...drive.device, facts}};
		const {exitCode, events} = await runOnDrive(t, plain, {recipe: decommission({fallback: 'clear'})});
		t.is(exitCode, 0, failures(events).join());
		t.true(await isZero(drive));
		t.regex(
			findEvent(events, 'step.skipped', 'purge')?.reason ?? '',
			/^clear in place of purge, .*no NVMe drive/,
		);
		const certificate = certificateIn(events);
		t.like(certificate, {method: 'clear', technique: 'overwrite', tool: {eraser: 'direct'}});
		t.regex(certificate?.notPurged ?? '', /it is no NVMe drive/);
		t.is(certificate?.overwrite, undefined);
		t.is(certificate?.canary, undefined);
		t.deepEqual(await drive.commands(), []);
	},
);
