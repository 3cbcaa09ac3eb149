import test from 'ava';
import {seedHash} from '../../src/content/canary.ts';
import {certificateIn, failureIn, findEvent, lacking} from '../_helpers/drive-events.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {goOnWithDrive, runOnDrive} from '../_helpers/run-on-drive.ts';
import {sanitizes, scsiDrive} from '../_helpers/scsi-drive.ts';
import type {StateDrive} from '../_helpers/state-drive.ts';

const serial = isRoot ? test.serial : skip(test, 'runs over a SCSI drive that erases itself');

serial('a purge of a SCSI drive is verified, and certified with its canary', async t => {
	const drive = await scsiDrive(t);
	const {exitCode, events} = await runOnDrive(t, drive);
	t.is(exitCode, 0, JSON.stringify(events.filter(({type}) => type === 'step.failed')));
	const canary = findEvent(events, 'command.started')?.canary ?? t.fail();
	const certificate = certificateIn(events);
	t.like(certificate, {
		...{method: 'purge', technique: 'cryptographic-erase', outcome: 'sanitized', holds: {kind: 'zeros'}},
		canary: {blocks: canary.blocks, blockBytes: 4096, seedSha256: seedHash(canary)},
	});
	t.like(certificate?.tool, {
		eraser: 'scsi-sanitize',
		program: {name: 'sg_sanitize (sg3-utils)', version: '1.15 20201223'},
	});
	t.regex(certificate?.notCovered.join('; ') ?? '', /^other logical units of the same drive/);
});

serial('one that fails or lies is never certified', async t => {
	for (const [behaviour, code] of [
		[{polls: -1}, 'ERASER_FAILED'],
		[{leaves: 'everything'}, 'NOT_ERASED'],
	] as const) {
		const {exitCode, events} = await runOnDrive(t, await scsiDrive(t, behaviour));
		t.is(exitCode, 4);
		t.is(failureIn(t, events).code, code);
	}
});

serial('without its tool, or on a drive that runs already, nothing is written', async t => {
	for (const [tool, behaviour, code] of [
		['sg_sanitize', {}, 'TOOL_MISSING'],
		['sg_requests', {}, 'DEVICE_BUSY'],
		['none', {state: 'running', polls: 100}, 'DEVICE_BUSY'],
	] as const) {
		const drive = await scsiDrive(t, behaviour);
		const before = await drive.contents();
		const tools = lacking(drive.tools, tool);
		const {exitCode, events} = await runOnDrive(t, {...drive, tools});
		t.is(exitCode, 3);
		t.is(failureIn(t, events).code, code);
		t.is(Buffer.compare(await drive.contents(), before), 0);
	}
});

const cutOff = async (t: Parameters<typeof runOnDrive>[0], drive: StateDrive) => {
	const first = await runOnDrive(t, drive, {
		cutAt: 'command.started',
		onEvent(event, abort) {
			if (event.type === 'command.started') {
				void drive.called('sg_sanitize', /--crypto/).then(abort);
			}
		},
	});
	t.is(first.exitCode, 130);
	t.is(failureIn(t, first.events).code, 'INTERRUPTED');
	return first;
};

serial('after a loss of power a drive that goes on is waited for, and given no second command', async t => {
	const drive = await scsiDrive(t, {polls: 1000});
	const first = await cutOff(t, drive);
	// It tells first that it was without power.
	await drive.set({state: 'running', polls: 1, news: 2});
	const {exitCode, events} = await goOnWithDrive(drive, first.remains);
	t.is(exitCode, 0, JSON.stringify(events.filter(({type}) => type === 'step.failed')));
	t.is(findEvent(events, 'command.started'), undefined);
	t.is((await sanitizes(drive)).length, 1);
	const canary = findEvent(first.events, 'command.started')?.canary ?? t.fail();
	t.is(certificateIn(events)?.['canary']?.seedSha256, seedHash(canary));
});

serial('a sanitize that failed meanwhile is reported, and one that never began is given again', async t => {
	const failed = await scsiDrive(t, {polls: 1000});
	const first = await cutOff(t, failed);
	await failed.set({state: 'failed'});
	const {exitCode, events} = await goOnWithDrive(failed, first.remains);
	t.is(exitCode, 4);
	const {code, message, hint} = failureIn(t, events);
	t.is(code, 'ERASER_FAILED');
	t.regex(message, /what was begun before has failed/);
	t.regex(hint ?? '', /sg_sanitize --fail/);

	const lost = await scsiDrive(t);
	const second = await runOnDrive(t, lost, {
		onEvent: (event, abort) => (event.type === 'command.started' ? abort() : undefined),
	});
	t.is(second.exitCode, 130);
	t.deepEqual(await sanitizes(lost), []);
	const again = await goOnWithDrive(lost, second.remains);
	t.is(again.exitCode, 0);
	t.is((await sanitizes(lost)).length, 1);
});
