import test, {type ExecutionContext} from 'ava';
import type {RunEvent} from '../../src/events.ts';
import {type AtaDrive, ataDrive, capableAta} from '../_helpers/ata-drive.ts';
import {certificateIn} from '../_helpers/drive-events.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {planOf, recipeOf} from '../_helpers/plan.ts';
import {goOnWithDrive, runOnDrive} from '../_helpers/run-on-drive.ts';

const serial = isRoot ? test.serial : skip(test, 'runs over a SATA drive that erases itself');

const recipe = (eraser: string) =>
	recipeOf(
		['erase', {eraser, method: 'purge', canary: true}],
		['verify', {coverage: 'full', percent: 10}],
		['keep-log'],
		['issue-certificate'],
	);

const magnetic = {rotational: true};

const failureOf = (events: readonly RunEvent[]) =>
	events.find((event): event is Extract<RunEvent, {type: 'step.failed'}> => event.type === 'step.failed');

const withoutHdparm = (drive: AtaDrive) => ({
	device: drive.device,
	tools: {
		...drive.tools,
		find: async (name: string) => drive.tools.find(name === 'hdparm' ? 'absent-hdparm' : name),
		run: async (name: string, ...rest: [readonly string[], object?]) =>
			drive.tools.run(name === 'hdparm' ? 'absent-hdparm' : name, ...rest),
	},
});

for (const [eraser, technique] of [
	['ata-sanitize', 'cryptographic-erase'],
	['ata-security-erase', 'overwrite'],
] as const) {
	serial(`${eraser}: a purge is verified and certified`, async t => {
		const drive = await ataDrive(t, {}, magnetic);
		const {exitCode, events} = await runOnDrive(t, drive, {recipe: recipe(eraser)});
		t.is(exitCode, 0, JSON.stringify(failureOf(events)));
		const certificate = certificateIn(events);
		t.like(certificate, {method: 'purge', technique, outcome: 'sanitized', holds: {kind: 'zeros'}});
		t.like(certificate?.tool, {eraser, program: {name: 'hdparm', version: '9.65'}});
		t.notRegex(certificate?.notCovered.join('; ') ?? '', /hidden|remapped|spare/);
		t.is(await drive.state('security'), 'off');
	});

	serial(`${eraser}: without hdparm nothing is written`, async t => {
		const drive = await ataDrive(t, {}, magnetic);
		const before = await drive.contents();
		const {exitCode, events} = await runOnDrive(t, withoutHdparm(drive), {recipe: recipe(eraser)});
		t.is(exitCode, 3);
		t.is(failureOf(events)?.code, 'TOOL_MISSING');
		t.is(Buffer.compare(await drive.contents(), before), 0);
	});

	serial(`${eraser}: a drive that fails, and one that lies, are never certified`, async t => {
		const drive = await ataDrive(t, {polls: -1, fails: 'erase-enhanced'}, magnetic);
		const failed = await runOnDrive(t, drive, {recipe: recipe(eraser)});
		t.is(failed.exitCode, 4);
		t.is(failureOf(failed.events)?.code, 'ERASER_FAILED');
		await drive.renew({leaves: 'everything', polls: 0});
		const lying = await runOnDrive(t, drive, {recipe: recipe(eraser)});
		t.is(lying.exitCode, 4);
		t.is(failureOf(lying.events)?.code, 'NOT_ERASED');
		t.is(certificateIn([...failed.events, ...lying.events]), undefined);
	});
}

const cutShort = async (
	t: ExecutionContext,
	drive: AtaDrive,
	eraser: string,
	isAtIt: () => Promise<void>,
) => {
	const first = await runOnDrive(t, drive, {
		recipe: recipe(eraser),
		cutAt: 'command.started',
		onEvent(event, abort) {
			if (event.type === 'command.started') {
				void isAtIt().then(abort);
			}
		},
	});
	t.is(first.exitCode, 130);
	t.is(certificateIn(first.events), undefined);
	return first;
};

serial('a sanitize that goes on after a loss of power is waited for', async t => {
	const drive = await ataDrive(t, {polls: 1000}, magnetic);
	const {remains} = await cutShort(t, drive, 'ata-sanitize', drive.running);
	t.is(await drive.state('sanitize'), 'running');
	await drive.set({polls: 1});
	const {exitCode, events} = await goOnWithDrive(drive, remains);
	t.is(exitCode, 0, JSON.stringify(failureOf(events)));
	t.is((await drive.commands()).length, 1);
	t.like(certificateIn(events), {method: 'purge', outcome: 'sanitized'});
});

serial('a sanitize that was announced and of which the drive knows nothing is begun anew', async t => {
	const drive = await ataDrive(t, {polls: 1000}, magnetic);
	const {remains} = await cutShort(t, drive, 'ata-sanitize', drive.running);
	await drive.set({sanitize: 'never', polls: 0});
	t.is((await goOnWithDrive(drive, remains)).exitCode, 0);
	t.is((await drive.commands()).length, 2);
});

serial('after a loss of power the drive is locked with our password: the journal knows it', async t => {
	const drive = await ataDrive(t, {fails: 'endless'}, magnetic);
	const {remains, events: told} = await cutShort(t, drive, 'ata-security-erase', () =>
		drive.told(/--security-erase/),
	);
	const command = told.find(event => event.type === 'command.started');
	t.like(command, {password: 'zeroize'});
	await drive.set({security: 'locked', password: 'zeroize', fails: 'nothing'});
	const {exitCode, events} = await goOnWithDrive(drive, remains);
	t.is(exitCode, 0, JSON.stringify(failureOf(events)));
	t.like(certificateIn(events), {method: 'purge', outcome: 'sanitized'});
	t.is(await drive.state('security'), 'off');
	t.regex((await drive.commands()).join('\n'), /--security-unlock(.|\n)*disable(.|\n)*set-pass(.|\n)*erase/);
});

serial('a drive that does not let go of the password fails, and the next attempt takes it off', async t => {
	const drive = await ataDrive(t, {fails: 'stays-locked'}, magnetic);
	const first = await runOnDrive(t, drive, {
		recipe: recipe('ata-security-erase'),
		onEvent: event =>
			event.type === 'command.started'
				? void drive.told(/--security-erase/).then(async () => drive.set({fails: 'disable'}))
				: undefined,
	});
	t.is(first.exitCode, 4);
	t.regex(failureOf(first.events)?.hint ?? '', /the resumed run takes the password off; by hand: hdparm/);
	t.is(await drive.state('security'), 'on');
	await drive.set({security: 'locked', fails: 'nothing'});
	const {exitCode, events} = await goOnWithDrive(drive, first.remains);
	t.is(exitCode, 0, JSON.stringify(failureOf(events)));
	t.is(await drive.state('security'), 'off');
});

serial('locked with a password that is not ours, or frozen, it is reported and not erased', async t => {
	const drive = await ataDrive(t, {fails: 'endless'}, magnetic);
	const {remains} = await cutShort(t, drive, 'ata-security-erase', () => drive.told(/--security-erase/));
	const before = (await drive.commands()).length;
	await drive.set({security: 'frozen', fails: 'nothing'});
	const frozen = await goOnWithDrive(drive, remains);
	t.is(frozen.exitCode, 4);
	t.regex(failureOf(frozen.events)?.hint ?? '', /sleep and wake/);
	t.is((await drive.commands()).length, before);
	await drive.set({security: 'locked', password: 'theirs'});
	const locked = await goOnWithDrive(drive, remains);
	t.is(locked.exitCode, 4);
	t.regex(failureOf(locked.events)?.hint ?? '', /by hand: hdparm --user-master u --security-unlock zeroize/);
	t.is((await drive.commands()).length, before + 1);
	t.is(certificateIn([...frozen.events, ...locked.events]), undefined);
});

serial('a new run that finds the drive locked since is refused', async t => {
	const drive = await ataDrive(t, {security: 'locked', password: 'zeroize'}, magnetic);
	const {exitCode, events} = await runOnDrive(t, drive, {recipe: recipe('ata-security-erase')});
	t.is(exitCode, 3);
	const {code, hint} = failureOf(events) ?? {};
	t.is(code, 'UNSUPPORTED');
	t.regex(hint ?? '', /resume that run, or take it off: hdparm .* && hdparm .*--security-disable zeroize/);
	t.deepEqual(await drive.commands(), []);
});

test('the plan of a drive that is found locked says how it is unlocked', t => {
	const {ata} = capableAta();
	const security = ata?.security && {...ata.security, enabled: true, locked: true};
	const drive = capableAta({ata: {...(ata ?? t.fail()), ...(security && {security})}});
	const {devices} = planOf();
	const facts = {...devices[0]?.facts, ...magnetic, kind: 'disk', drive} as NonNullable<
		(typeof devices)[0]
	>['facts'];
	const plan = planOf({recipe: recipe('auto'), devices: [facts]});
	t.regex(
		plan.refusals[0]?.message ?? '',
		/ata-security-erase: a password is set .*--security-unlock zeroize/,
	);
	t.regex(
		plan.devices[0]?.warnings?.join('\n') ?? '',
		/locked by an ATA password.*--security-disable zeroize/,
	);
});
