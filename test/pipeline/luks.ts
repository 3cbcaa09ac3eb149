import {writeFile} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';
import type {RunEvent} from '../../src/events.ts';
import {createTools} from '../../src/process.ts';
import {certificateIn, findEvent} from '../_helpers/drive-events.ts';
import {isRoot, run, skip} from '../_helpers/eraser-subjects.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {addSlot, type LuksDevice, luksDevice} from '../_helpers/luks-device.ts';
import {recipeOf} from '../_helpers/plan.ts';
import {goOnWithDrive, runOnDrive} from '../_helpers/run-on-drive.ts';

const serial = isRoot ? test.serial : skip(test, 'runs over a device with LUKS');

const recipe = recipeOf(
	['erase', {eraser: 'luks-erase', canary: true}],
	['verify', {coverage: 'full', percent: 10}],
	['keep-log'],
	['issue-certificate'],
);

const failuresIn = (events: readonly RunEvent[]) =>
	JSON.stringify(events.filter(({type}) => type === 'step.failed'));

const isErased = async ({node, opens}: LuksDevice): Promise<boolean> => {
	const {stdout} = await run('cryptsetup', ['luksDump', node]);
	return !/^ {2}\d: luks2/m.test(stdout) && !(await opens());
};

serial('it is certified as a clear by cryptographic erase, without a canary', async t => {
	const luks = await luksDevice(t, 2);
	const {exitCode, events} = await runOnDrive(t, luks, {recipe});
	t.is(exitCode, 0, failuresIn(events));
	t.true(await isErased(luks));
	t.deepEqual(Object.keys(findEvent(events, 'command.started') ?? {}).includes('canary'), false);
	const certificate = certificateIn(events);
	t.like(certificate, {
		...{method: 'clear', technique: 'cryptographic-erase', outcome: 'sanitized'},
		holds: {kind: 'drive-defined'},
	});
	t.like(certificate?.tool, {eraser: 'luks-erase', program: {name: 'cryptsetup'}});
	t.is(certificate?.canary, undefined);
	const notCovered = certificate?.notCovered.join('; ') ?? '';
	t.regex(notCovered, /the ciphertext: it stays on the device/);
	t.regex(notCovered, /a backup or a detached copy of the LUKS header opens the device/);
	t.regex(notCovered, /before it was encrypted/);
	t.regex(notCovered, /copies of its blocks/);
});

/** The real cryptsetup, but for its `erase`; the words are those of crypt_keyslot_destroy in cryptsetup 2.6.1. */
const erasingWith = async (t: ExecutionContext, script: string) => {
	const directory = await temporaryDirectory(t);
	const {stdout} = await run('which', ['cryptsetup']);
	await writeFile(
		`${directory}/cryptsetup`,
		`#!/bin/sh\nif [ "$1" = erase ]; then ${script}; fi\nexec ${stdout.trim()} "$@"\n`,
		{mode: 0o755},
	);
	return createTools({env: {PATH: `${directory}:${process.env['PATH']}`}});
};

for (const [when, happens] of [
	['before anything was written', async () => {}],
	[
		'with one key slot of two gone',
		async ({node, tools}) => tools.run('cryptsetup', ['luksKillSlot', '--batch-mode', node, '0']),
	],
	[
		'with all key slots gone, and what they held perhaps not',
		async ({node}) => run('cryptsetup', ['erase', '--batch-mode', node]),
	],
] satisfies ReadonlyArray<readonly [string, (luks: LuksDevice) => Promise<unknown>]>) {
	serial(`after a loss of power ${when} it is done again, all of it`, async t => {
		const luks = await luksDevice(t, 2, async (node, key) => addSlot(node, key));
		const tools = await erasingWith(t, 'exec sleep 60');
		const first = await runOnDrive(
			t,
			{...luks, tools},
			{
				recipe,
				cutAt: 'command.started',
				onEvent: (event, abort) => (event.type === 'command.started' ? abort() : undefined),
			},
		);
		t.is(first.exitCode, 130);
		t.is(certificateIn(first.events), undefined);
		t.true(await luks.opens());
		await happens(luks);
		const {exitCode, events} = await goOnWithDrive(luks, first.remains);
		t.is(exitCode, 0, failuresIn(events));
		t.truthy(findEvent(events, 'command.started'));
		t.true(await isErased(luks));
		const {offset = 0, length = 0} = luks.device.facts.drive?.luks?.layout?.keyArea ?? {};
		t.true((await luks.contents()).subarray(offset, offset + length).every(byte => byte === 0));
		t.is(certificateIn(events)?.technique, 'cryptographic-erase');
	});
}

serial('one that fails is never certified, and can be resumed', async t => {
	const luks = await luksDevice(t, 2);
	const tools = await erasingWith(t, "echo 'Cannot wipe device /dev/loop0.' >&2; exit 1");
	const {exitCode, events, remains} = await runOnDrive(t, {...luks, tools}, {recipe});
	t.is(exitCode, 4);
	t.is(findEvent(events, 'step.failed', 'erase')?.code, 'ERASER_FAILED');
	t.is(certificateIn(events), undefined);
	t.true(await luks.opens());
	t.truthy(remains);
});
