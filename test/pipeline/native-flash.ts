import test, {type ExecutionContext} from 'ava';
import {discardDisk} from '../_helpers/discard-disk.ts';
import {certificateIn, failureIn, findEvent, lacking} from '../_helpers/drive-events.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {changes, mmcCard} from '../_helpers/mmc-card.ts';
import {recipeOf} from '../_helpers/plan.ts';
import {goOnWithDrive, runOnDrive} from '../_helpers/run-on-drive.ts';
import type {StateDrive} from '../_helpers/state-drive.ts';

const serial = isRoot ? test.serial : skip(test, 'runs over an eMMC and a disk that discards');

const discarding = recipeOf(
	['erase', {eraser: 'discard-secure', canary: true}],
	['verify', {coverage: 'full', percent: 10}],
	['keep-log'],
	['issue-certificate'],
);

serial('a purge of an eMMC is verified, and its certificate says what it does not reach', async t => {
	const card = await mmcCard(t);
	const {exitCode, events} = await runOnDrive(t, card);
	t.is(exitCode, 0, JSON.stringify(events.filter(({type}) => type === 'step.failed')));
	t.is(await card.state(), 'sanitized');
	const certificate = certificateIn(events);
	t.like(certificate, {
		...{method: 'purge', technique: 'block-erase', outcome: 'sanitized', holds: {kind: 'zeros'}},
	});
	t.truthy(certificate?.['canary']);
	t.like(certificate?.tool, {eraser: 'mmc-secure', program: {name: 'mmc (mmc-utils)', version: '0.1'}});
	const notCovered = certificate?.notCovered.join('; ') ?? '';
	t.regex(notCovered, /^boot partitions of the eMMC: 8 MiB .*Replay Protected Memory Block/);
	t.regex(notCovered, /other partitions of the eMMC \(boot, RPMB, general purpose\)/);
});

serial('a secure discard is certified as a clear', async t => {
	const {exitCode, events} = await runOnDrive(t, await discardDisk(t), {recipe: discarding});
	t.is(exitCode, 0, JSON.stringify(events.filter(({type}) => type === 'step.failed')));
	const certificate = certificateIn(events);
	t.like(certificate, {method: 'clear', technique: 'block-erase', outcome: 'sanitized'});
	const notCovered = certificate?.notCovered.join('; ') ?? '';
	t.regex(notCovered, /^sectors that the drive has remapped.*overwritten or discarded before/);
});

serial('what fails or lies is never certified, and what is write protected is refused', async t => {
	for (const [behaviour, code, expected] of [
		[{fails: 'sanitize'}, 'ERASER_FAILED', 4],
		[{leaves: 'everything'}, 'NOT_ERASED', 4],
		[{protection: 'protected'}, 'UNSUPPORTED', 3],
	] as const) {
		const {exitCode, events} = await runOnDrive(t, await mmcCard(t, behaviour));
		t.is(exitCode, expected);
		t.is(failureIn(t, events).code, code);
	}

	const lying = await runOnDrive(t, await discardDisk(t, {fails: 'lies'}), {recipe: discarding});
	t.is(lying.exitCode, 4);
	t.is(failureIn(t, lying.events).code, 'NOT_ERASED');
});

serial('without its tool nothing is written', async t => {
	for (const [drive, tool, recipe] of [
		[await mmcCard(t), 'mmc', undefined],
		[await discardDisk(t), 'blkdiscard', discarding],
	] as const) {
		const before = await drive.contents();
		const tools = lacking(drive.tools, tool);
		const {exitCode, events} = await runOnDrive(t, {...drive, tools}, recipe && {recipe});
		t.is(exitCode, 3);
		t.is(failureIn(t, events).code, 'TOOL_MISSING');
		t.is(Buffer.compare(await drive.contents(), before), 0);
	}
});

/** Interrupts a run in the middle of a command, and resumes it with a drive that works. */
const cutAndResume = async (
	t: ExecutionContext,
	drive: StateDrive,
	[tool, pattern]: readonly [string, RegExp],
	recipe?: typeof discarding,
) => {
	const first = await runOnDrive(t, drive, {
		...(recipe && {recipe}),
		cutAt: 'command.started',
		onEvent(event, abort) {
			if (event.type === 'command.started') {
				void drive.called(tool, pattern).then(abort);
			}
		},
	});
	t.is(first.exitCode, 130);
	t.is(failureIn(t, first.events).code, 'INTERRUPTED');
	await drive.set({fails: 'nothing'});
	const resumed = await goOnWithDrive(drive, first.remains);
	t.is(resumed.exitCode, 0, JSON.stringify(resumed.events.filter(({type}) => type === 'step.failed')));
	const announced = [first, resumed].map(({events}) => findEvent(events, 'command.started')?.canary?.seed);
	t.is(new Set(announced).size, 2);
	t.truthy(certificateIn(resumed.events));
};

serial('after a loss of power nothing that was begun is taken for done: it begins anew', async t => {
	const erasing = await mmcCard(t, {fails: 'hang-erase'});
	await cutAndResume(t, erasing, ['mmc', /^erase /]);
	t.is((await changes(erasing)).length, 3);
	t.is(await erasing.state(), 'sanitized');
	const sanitizing = await mmcCard(t, {fails: 'hang-sanitize'});
	await cutAndResume(t, sanitizing, ['mmc', /^sanitize /]);
	t.is((await changes(sanitizing)).length, 4);
	t.is(await sanitizing.state(), 'sanitized');
	const disk = await discardDisk(t, {fails: 'hang'});
	await cutAndResume(t, disk, ['blkdiscard', /^--secure /], discarding);
	t.false((await disk.contents()).some(byte => byte !== 0));
});
