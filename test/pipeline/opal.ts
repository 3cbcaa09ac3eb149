import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {certificateIn, findEvent} from '../_helpers/drive-events.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {type OpalDrive, opalDrive, psid} from '../_helpers/opal-drive.ts';
import {recipeOf} from '../_helpers/plan.ts';
import {goOnWithDrive, runOnDrive} from '../_helpers/run-on-drive.ts';

const serial = isRoot ? test.serial : skip(test, 'runs over a TCG drive');

const recipeWith = ({psidFile}: OpalDrive) =>
	recipeOf(
		['erase', {eraser: 'auto', method: 'purge', canary: true, psidFile}],
		['verify', {coverage: 'full', percent: 10}],
		['keep-log'],
		['issue-certificate'],
	);

const recordsIn = async (directory: string): Promise<string> =>
	(
		await Promise.all(
			(
				await readdir(directory, {recursive: true, withFileTypes: true})
			)
				.filter(entry => entry.isFile())
				.map(async entry => readFile(join(entry.parentPath, entry.name), 'utf8')),
		)
	).join('\n');

serial('a revert is a purge by cryptographic erase, and no record has the PSID', async t => {
	const drive = await opalDrive(t);
	const {exitCode, events, remains} = await runOnDrive(t, drive, {recipe: recipeWith(drive)});
	t.is(exitCode, 0, JSON.stringify(events.filter(({type}) => type === 'step.failed')));
	const certificate = certificateIn(events);
	t.like(certificate, {method: 'purge', technique: 'cryptographic-erase', holds: {kind: 'drive-defined'}});
	t.like(certificate?.tool, {eraser: 'opal-revert', program: {name: 'sedutil-cli', version: '1.20.0'}});
	t.truthy(certificate?.canary);
	const records = await recordsIn(remains);
	t.true(records.includes('opal-revert'));
	t.false(records.includes(psid));
	t.false(JSON.stringify(events).includes(psid));
});

serial('one that fails is never certified, and its words are told without the PSID', async t => {
	const drive = await opalDrive(t, {fails: 'revert'});
	const {exitCode, events, remains} = await runOnDrive(t, drive, {recipe: recipeWith(drive)});
	t.is(exitCode, 4);
	t.regex(findEvent(events, 'step.failed', 'erase')?.message ?? '', /with password <PSID>/);
	t.is(certificateIn(events), undefined);
	t.false((await recordsIn(remains)).includes(psid));
});

const stopped = async (...[t, drive]: readonly [Parameters<typeof runOnDrive>[0], OpalDrive]) => {
	const first = await runOnDrive(t, drive, {
		recipe: recipeWith(drive),
		cutAt: 'command.started',
		onEvent: (event, abort) => (event.type === 'command.started' ? abort() : undefined),
	});
	t.is(first.exitCode, 130);
	return first;
};

serial('after a loss of power a revert that came to its end is done again', async t => {
	const drive = await opalDrive(t);
	const {remains} = await stopped(t, drive);
	await drive.tools.run('sedutil-cli', ['--PSIDrevert', psid, drive.device.node ?? '']);
	const {exitCode, events} = await goOnWithDrive(drive, remains);
	t.is(exitCode, 0, JSON.stringify(events.filter(({type}) => type === 'step.failed')));
	t.truthy(findEvent(events, 'command.started'));
	t.is(certificateIn(events)?.technique, 'cryptographic-erase');
});

serial(
	'a command that never got there is given again; one whose key somebody else kept is found out',
	async t => {
		const drive = await opalDrive(t);
		const {remains} = await stopped(t, drive);
		const {exitCode, events} = await goOnWithDrive(drive, remains);
		t.is(exitCode, 0, JSON.stringify(events.filter(({type}) => type === 'step.failed')));
		t.truthy(findEvent(events, 'command.started'));
		const kept = await opalDrive(t, {leaves: 'everything'});
		const first = await stopped(t, kept);
		// revertNoErase, by hand.
		await kept.set({locking: 'not-enabled'});
		const second = await goOnWithDrive(kept, first.remains);
		t.is(second.exitCode, 4);
		t.is(findEvent(second.events, 'step.failed', 'erase')?.code, 'NOT_ERASED');
		t.is(certificateIn(second.events), undefined);
	},
);
