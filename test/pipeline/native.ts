import test, {type ExecutionContext} from 'ava';
import {seedHash} from '../../src/content/canary.ts';
import type {RunEvent} from '../../src/events.ts';
import {certificateIn, findEvent} from '../_helpers/drive-events.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {nvmeDrive} from '../_helpers/nvme-drive.ts';
import {recipeOf} from '../_helpers/plan.ts';
import {goOnWithDrive, runOnDrive} from '../_helpers/run-on-drive.ts';

const serial = isRoot ? test.serial : skip(test, 'runs over a drive that erases itself');

const failureIn = (t: ExecutionContext, events: readonly RunEvent[], step: string): string => {
	t.is(certificateIn(events), undefined);
	return findEvent(events, 'step.failed', step)?.code ?? 'none';
};

serial('a purge is verified, and certified with its canary', async t => {
	const drive = await nvmeDrive(t);
	const {exitCode, events} = await runOnDrive(t, drive);
	t.is(exitCode, 0, JSON.stringify(events.filter(({type}) => type === 'step.failed')));
	const canary = findEvent(events, 'command.started')?.canary ?? t.fail();
	t.like(findEvent(events, 'step.finished', 'erase'), {
		...{eraser: 'nvme-sanitize', method: 'purge', technique: 'cryptographic-erase'},
		...{writtenBytes: drive.device.facts.totalBytes, leaves: {kind: 'drive-defined'}, canary},
	});
	t.like(findEvent(events, 'step.finished', 'verify')?.verification, {
		...{result: 'passed', expected: {kind: 'drive-defined'}, found: {kind: 'zeros'}},
	});
	const certificate = certificateIn(events);
	t.like(certificate, {
		...{method: 'purge', technique: 'cryptographic-erase', outcome: 'sanitized', holds: {kind: 'zeros'}},
		canary: {blocks: canary.blocks, blockBytes: 4096, seedSha256: seedHash(canary)},
	});
	t.like(certificate?.tool, {eraser: 'nvme-sanitize', program: {name: 'nvme (nvme-cli)', version: '2.3'}});
	t.regex(
		certificate?.tool.command?.join(' ') ?? '',
		/^nvme admin-passthru \/dev\/\S+ --opcode=0x84 --cdw10=0x04$/,
	);
	t.regex(certificate?.notCovered.join('; ') ?? '', /Replay Protected Memory Block/);
	t.notRegex(certificate?.notCovered.join('; ') ?? '', /spare and retired/);
});

serial('a drive that leaves ones is said to hold ones', async t => {
	const {exitCode, events} = await runOnDrive(t, await nvmeDrive(t, {leaves: 'ones'}), {
		recipe: recipeOf(
			['erase', {eraser: 'nvme-format', canary: true}],
			['verify', {coverage: 'full', percent: 10}],
			['keep-log'],
			['issue-certificate'],
		),
	});
	t.is(exitCode, 0);
	t.like(certificateIn(events), {
		...{method: 'purge', technique: 'cryptographic-erase', holds: {kind: 'bytes', hex: 'ff'}},
	});
	t.true(certificateIn(events)?.tool.command?.includes('--ses=2'));
});

serial('a sample of what a drive left says nothing about all of it', async t => {
	const {events} = await runOnDrive(t, await nvmeDrive(t), {
		recipe: recipeOf(
			['erase', {eraser: 'nvme-sanitize', canary: true}],
			['verify', {coverage: 'sampled', percent: 10}],
			['keep-log'],
			['issue-certificate'],
		),
	});
	t.deepEqual(certificateIn(events)?.holds, {kind: 'drive-defined'});
});

serial('a drive that lies, and one that fails, are never certified', async t => {
	const lying = await runOnDrive(t, await nvmeDrive(t, {leaves: 'everything'}));
	t.is(lying.exitCode, 4);
	t.is(failureIn(t, lying.events, 'erase'), 'NOT_ERASED');
	const failing = await runOnDrive(t, await nvmeDrive(t, {polls: -1}));
	t.is(failing.exitCode, 4);
	t.is(failureIn(t, failing.events, 'erase'), 'ERASER_FAILED');
});

serial('after a loss of power the drive is waited for, and its canary is the one of before', async t => {
	const drive = await nvmeDrive(t, {polls: 1000});
	const first = await runOnDrive(t, drive, {
		cutAt: 'command.started',
		onEvent(event, abort) {
			if (event.type === 'command.started') {
				void drive.running().then(abort);
			}
		},
	});
	t.is(first.exitCode, 130);
	t.is(failureIn(t, first.events, 'erase'), 'INTERRUPTED');
	await drive.set({polls: 1});
	const {exitCode, events} = await goOnWithDrive(drive, first.remains);
	t.is(exitCode, 0, JSON.stringify(events.filter(({type}) => type === 'step.failed')));
	t.is(findEvent(events, 'command.started'), undefined);
	t.is((await drive.commands()).length, 1);
	const canary = findEvent(first.events, 'command.started')?.canary ?? t.fail();
	t.is(certificateIn(events)?.['canary']?.seedSha256, seedHash(canary));
});

serial('a command that was announced and never got there is given again', async t => {
	const drive = await nvmeDrive(t, {state: 'done'});
	const first = await runOnDrive(t, drive, {
		onEvent: (event, abort) => (event.type === 'command.started' ? abort() : undefined),
	});
	t.is(first.exitCode, 130);
	t.deepEqual(await drive.commands(), []);
	const {exitCode, events} = await goOnWithDrive(drive, first.remains);
	t.is(exitCode, 0);
	t.truthy(findEvent(events, 'command.started'));
	t.is((await drive.commands()).length, 1);
});
