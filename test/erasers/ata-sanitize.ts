import test, {type ExecutionContext} from 'ava';
import type {AtaFacts, DriveFacts, SanitizeStatus} from '../../src/devices/drive.ts';
import ataSanitize from '../../src/erasers/ata-sanitize.ts';
import {SanitizeError} from '../../src/errors.ts';
import {ataDrive} from '../_helpers/ata-drive.ts';
import {ataFacts, driveOf, securityOf} from '../_helpers/drive-facts.ts';
import {type Erasing, erase} from '../_helpers/eraser-run.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {fakeTools} from '../_helpers/fake-tools.ts';
import {deviceFacts} from '../_helpers/verify-device.ts';

const serial = isRoot ? test.serial : skip(test, 'ata-sanitize');

const all = {cryptoScramble: true, blockErase: true, overwrite: true, antifreezeLock: false};
const none = {...all, cryptoScramble: false, blockErase: false, overwrite: false};
const idle: SanitizeStatus = {state: 'idle'};

const diskOf = (
	sanitize: Partial<NonNullable<AtaFacts['sanitize']>> = {},
	drive: Partial<DriveFacts> = {},
	ata: Partial<AtaFacts> = {},
) =>
	deviceFacts({
		path: '/dev/sda',
		transport: 'sata',
		drive: driveOf({ata: {...ataFacts, sanitize: {...all, status: idle, ...sanitize}, ...ata}, ...drive}),
	});

const whyNot = (facts: Parameters<typeof ataSanitize.supports>[0]): string => {
	const support = ataSanitize.supports(facts);
	return support.supported ? 'supported' : support.reason;
};

test('it takes a drive that has the commands and tells how it is', t => {
	for (const state of ['idle', 'done', 'failed'] as const) {
		t.is(whyNot(diskOf({status: {state}})), 'supported');
	}

	// Neither a password that is given nor the freeze lock of the other feature set keeps it from anything.
	t.is(whyNot(diskOf({}, {}, {security: securityOf({enabled: true, frozen: true})})), 'supported');
	const {status: _, ...untold} = {...all, status: idle};
	const silent = driveOf({
		ata: {...ataFacts, sanitize: untold},
		unknown: [{what: 'sanitize-status', why: 'slow'}],
	});
	for (const [facts, reason] of [
		[diskOf(none), /has no Sanitize commands/],
		[deviceFacts({drive: driveOf({ata: ataFacts})}), /has no Sanitize commands/],
		[diskOf({status: {state: 'frozen'}}), /are frozen: switch the drive off and on/],
		[diskOf({status: {state: 'running'}}), /sanitizing itself already/],
		[deviceFacts({drive: silent}), /last sanitize .* not known: slow$/],
		[
			diskOf({}, {}, {security: securityOf({enabled: true, locked: true})}),
			/locked.*: .*resume.*hdparm --user-master u --security-unlock zeroize \/dev\/sda && hdparm --user-master u --security-disable zeroize \/dev\/sda/,
		],
		[{...diskOf(), readOnly: true}, /read-only/],
		[{...diskOf(), kind: 'partition'}, /no whole drive/],
		[deviceFacts(), /no ATA drive/],
		[deviceFacts({drive: driveOf()}), /no ATA drive/],
		[
			deviceFacts({drive: driveOf({unknown: [{what: 'ata', why: 'hdparm is not installed'}]})}),
			/what it can do is not known: hdparm is not installed/,
		],
	] as const) {
		t.regex(whyNot(facts), reason);
	}
});

test('behind a USB bridge it must have been seen that answers come through', t => {
	const bridge = {model: 'DISK', serial: 'SERIAL1', isHonest: true};
	t.regex(whyNot(diskOf({}, {bridge})), /whether the USB bridge passes .* SATA port/);
	t.regex(whyNot({...diskOf(), transport: 'usb'}), /whether the USB bridge passes/);
	t.is(whyNot(diskOf({status: {state: 'done'}}, {bridge})), 'supported');
});

test('its techniques, and the command of each', t => {
	const facts = diskOf();
	t.deepEqual(ataSanitize.techniques?.(facts), ['cryptographic-erase', 'block-erase', 'overwrite']);
	t.deepEqual(ataSanitize.techniques?.(diskOf({...none, overwrite: true})), ['overwrite']);
	const commandOf = (technique?: 'overwrite' | 'block-erase') =>
		ataSanitize.command(facts, '/dev/sda', technique)?.join(' ');
	const start = 'hdparm --yes-i-know-what-i-am-doing';
	t.is(commandOf(), `${start} --sanitize-crypto-scramble /dev/sda`);
	t.is(commandOf('block-erase'), `${start} --sanitize-block-erase /dev/sda`);
	t.is(
		commandOf('overwrite'),
		`${start} --sanitize-overwrite-passes 1 --sanitize-overwrite hex:00000000 /dev/sda`,
	);
});

const failing = async (t: ExecutionContext, erasing: Promise<Erasing>): Promise<SanitizeError> =>
	(await t.throwsAsync(erasing, {instanceOf: SanitizeError})) as SanitizeError;

serial('a sanitize by the technique that was planned', async t => {
	const drive = await ataDrive(t, {leaves: 'ones', sanitize: 'done'});
	const {result, commits} = await erase(ataSanitize, drive.device, {
		tools: drive.tools,
		technique: 'block-erase',
	});
	t.is(commits, 1);
	t.is(result.writtenBytes, drive.device.facts.totalBytes);
	t.deepEqual(result.tool, {name: 'hdparm', version: '9.65'});
	t.truthy(result.canary);
	t.deepEqual(await drive.commands(), [
		`--yes-i-know-what-i-am-doing --sanitize-block-erase ${drive.device.node}`,
	]);
	t.true((await drive.contents()).every(byte => byte === 0xff));
});

serial('a drive that refuses the command, fails at it, or lies', async t => {
	const drive = await ataDrive(t, {fails: 'crypto-scramble'});
	const {device, tools} = drive;
	const refused = await failing(t, erase(ataSanitize, device, {tools}));
	t.is(refused.code, 'ERASER_FAILED');
	t.regex(refused.message, /exit code 5: SANITIZE device error reason/);
	await drive.renew({polls: -1});
	const {code, message} = await failing(t, erase(ataSanitize, device, {tools}));
	t.is(code, 'ERASER_FAILED');
	t.regex(message, /says that it failed/);
	await drive.renew({leaves: 'everything', polls: 0});
	t.is((await failing(t, erase(ataSanitize, device, {tools}))).code, 'NOT_ERASED');
});

serial('a command that is lost on its way is no erase, whatever hdparm and an older one say', async t => {
	const drive = await ataDrive(t, {fails: 'unheard-crypto-scramble', sanitize: 'done'});
	const {tools} = drive;
	const {code, message} = await failing(t, erase(ataSanitize, drive.device, {tools, canary: false}));
	t.is(code, 'ERASER_FAILED');
	t.regex(message, /the answer of the drive was an error, or did not get through/);
});

serial('"idle" is no end: an adapter that keeps the answers says the same', async t => {
	const drive = await ataDrive(t, {polls: 0, ends: 'never'});
	const {tools} = drive;
	const {code, message} = await failing(t, erase(ataSanitize, drive.device, {tools, canary: false}));
	t.is(code, 'ERASER_FAILED');
	t.regex(message, /took the command, and knows nothing of it/);
});

test('an hdparm that is too old, of busybox, or missing', async t => {
	const {signal} = new AbortController();
	for (const [stdout, reason] of [
		['hdparm v9.62\n', /too old: 9\.63 or newer/],
		['BusyBox v1.35.0 multi-call binary.\n', /not the one/],
	] as const) {
		const {tools} = await fakeTools(t, {hdparm: [{args: '-V', stdout}]});
		const error = await t.throwsAsync(Promise.resolve(ataSanitize.probe?.(tools, signal)));
		t.true(error instanceof SanitizeError && error.code === 'UNSUPPORTED');
		t.regex(error?.message ?? '', reason);
	}

	const {tools} = await fakeTools(t, {hdparm: [{args: '-V', stdout: 'hdparm v10.1\n'}]});
	t.deepEqual(await ataSanitize.probe?.(tools, signal), {name: 'hdparm', version: '10.1'});
	const absent = {
		...tools,
		run: async (_: string, args: readonly string[]) => tools.run('absent-hdparm', args),
	};
	const missing = await t.throwsAsync(Promise.resolve(ataSanitize.probe?.(absent, signal)));
	t.true(missing instanceof SanitizeError && missing.code === 'TOOL_MISSING');
});
