import test, {type ExecutionContext} from 'ava';
import type {DeviceFacts} from '../../src/devices/device.ts';
import type {AtaFacts} from '../../src/devices/drive.ts';
import ataSecurityErase from '../../src/erasers/ata-security-erase.ts';
import {eraserOn} from '../../src/erasers/eraser.ts';
import {type ErrorCode, SanitizeError} from '../../src/errors.ts';
import {type AtaDrive, ataDrive} from '../_helpers/ata-drive.ts';
import {ataFacts, driveOf, securityOf} from '../_helpers/drive-facts.ts';
import {type Erasing, erase} from '../_helpers/eraser-run.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {deviceFacts} from '../_helpers/verify-device.ts';

const serial = isRoot ? test.serial : skip(test, 'ata-security-erase');

const diskOf = (
	security: Partial<NonNullable<AtaFacts['security']>> = {},
	facts: Partial<DeviceFacts> = {},
	ata: Partial<AtaFacts> = {},
) =>
	deviceFacts({
		path: '/dev/sda',
		transport: 'sata',
		rotational: true,
		drive: driveOf({ata: {...ataFacts, security: securityOf(security), ...ata}}),
		...facts,
	});

const recovery =
	/hdparm --user-master u --security-unlock zeroize \/dev\/sda && hdparm --user-master u --security-disable zeroize \/dev\/sda/;

test('it takes a drive that is neither frozen nor has a password', t => {
	t.deepEqual(ataSecurityErase.supports(diskOf()), {supported: true});
	const bridge = {model: 'DISK', serial: 'SERIAL1', isHonest: true};
	const bridged = driveOf({ata: {...ataFacts, security: securityOf()}, bridge});
	for (const [facts, reason] of [
		[deviceFacts({drive: driveOf({ata: ataFacts})}), /has no Security feature set/],
		[diskOf({frozen: true}), /is frozen.*: let the machine sleep and wake.* or pull the power/],
		[diskOf({enabled: true, locked: true}), /a password .* it is locked .*: .*resume that run/],
		[diskOf({enabled: true, locked: true}), recovery],
		[diskOf({enabled: true}), recovery],
		[diskOf({enabled: true, locked: true, countExpired: true}), /too many wrong passwords.*: switch it off/],
		[diskOf({}, {transport: 'usb'}), /a USB bridge may pass the password and lose the erase.*SATA port/],
		[diskOf({}, {drive: bridged}), /a USB bridge/],
		[diskOf({}, {}, {sanitize: sanitizeIn('failed')}), /last sanitize of the drive failed/],
		[diskOf({}, {}, {sanitize: sanitizeIn('running')}), /sanitizing itself already/],
		[diskOf({}, {readOnly: true}), /read-only/],
		[diskOf({}, {kind: 'loop'}), /no whole drive/],
		[deviceFacts(), /no ATA drive/],
	] as const) {
		const support = ataSecurityErase.supports(facts);
		t.regex(support.supported ? 'supported' : support.reason, reason);
	}
});

function sanitizeIn(state: 'failed' | 'running'): NonNullable<AtaFacts['sanitize']> {
	const flags = {cryptoScramble: false, blockErase: true, overwrite: false, antifreezeLock: false};
	return {...flags, status: {state}};
}

test('what it is depends on the drive: enhanced where it can, a purge only where NIST says so', t => {
	const sed = {drive: driveOf({ata: {...ataFacts, security: securityOf()}, selfEncrypting: true})};
	for (const [facts, method, technique] of [
		[diskOf(), 'purge', 'overwrite'],
		[diskOf({enhancedErase: false}), 'clear', 'overwrite'],
		[diskOf({}, {rotational: false}), 'clear', 'block-erase'],
		[diskOf({}, {rotational: null}), 'clear', 'overwrite'],
		[diskOf({}, {...sed, rotational: false}), 'clear', 'block-erase'],
		[diskOf({}, sed), 'purge', 'overwrite'],
	] as const) {
		t.is(eraserOn(ataSecurityErase, facts).method, method);
		t.deepEqual(ataSecurityErase.techniques?.(facts), [technique]);
	}

	const commandOf = (facts: DeviceFacts) => ataSecurityErase.command(facts, '/dev/sda')?.join(' ');
	const start = 'hdparm --user-master u';
	t.is(commandOf(diskOf()), `${start} --security-erase-enhanced zeroize /dev/sda`);
	t.is(commandOf(diskOf({enhancedErase: false})), `${start} --security-erase zeroize /dev/sda`);
});

const failing = async (
	t: ExecutionContext,
	erasing: Promise<Erasing>,
	code: ErrorCode,
	message: RegExp,
): Promise<SanitizeError> => {
	const error = await t.throwsAsync(erasing);
	if (!(error instanceof SanitizeError)) {
		throw error;
	}

	t.is(error.code, code, error.message);
	t.regex(error.message, message);
	return error;
};

const namesOf = async (drive: AtaDrive): Promise<readonly string[]> =>
	(await drive.commands()).map(call => /--security-(\S+)/.exec(call)?.[1] ?? call);

serial('the password is announced, set, and gone with the erase', async t => {
	const drive = await ataDrive(t);
	const announced: unknown[] = [];
	const {result, commits} = await erase(ataSecurityErase, drive.device, {
		tools: drive.tools,
		announceCommand({canary, password}) {
			announced.push(password);
			t.truthy(canary);
		},
		commit: async () => void t.deepEqual(await drive.commands(), []),
	});
	t.is(commits, 1);
	t.deepEqual(announced, ['zeroize']);
	t.deepEqual(await namesOf(drive), ['set-pass', 'erase-enhanced']);
	t.is(await drive.state('security'), 'off');
	t.is(result.writtenBytes, drive.device.facts.totalBytes);
	t.deepEqual(result.tool, {name: 'hdparm', version: '9.65'});
	t.false((await drive.contents()).some(byte => byte !== 0));
});

serial('a drive that was frozen or locked since it was planned for is left as it is', async t => {
	const drive = await ataDrive(t);
	const before = await drive.contents();
	for (const [security, message] of [
		['frozen', /is frozen/],
		['locked', /a password is set/],
		['on', /a password is set/],
		['expired', /too many wrong passwords/],
	] as const) {
		await drive.renew({security, password: 'theirs'});
		const commit = async () => t.fail();
		const {hint} = await failing(
			t,
			erase(ataSecurityErase, drive.device, {tools: drive.tools, commit}),
			'UNSUPPORTED',
			message,
		);
		t.truthy(hint);
		t.deepEqual(await drive.commands(), []);
		t.is(Buffer.compare(await drive.contents(), before), 0);
	}
});

serial('whatever goes wrong, the password is off again', async t => {
	const drive = await ataDrive(t);
	const {tools} = drive;
	for (const [behaviour, message, after] of [
		[{fails: 'set-pass'}, /exit code 5: SECURITY_SET_PASS: Input\/output error/, []],
		[{fails: 'unheard-set-pass'}, /--security-set-pass: .*did not get through/, []],
		[{fails: 'erase-enhanced'}, /exit code 5: SECURITY_ERASE: Input\/output error/, ['disable']],
		[{fails: 'unheard-erase-enhanced'}, /did not get through/, ['disable']],
		[{fails: 'stays-locked'}, /whether the drive took its password off then: the drive has not/, ['disable']],
	] as const) {
		await drive.renew(behaviour);
		await failing(t, erase(ataSecurityErase, drive.device, {tools}), 'ERASER_FAILED', message);
		t.is(await drive.state('security'), 'off');
		t.deepEqual(
			(await namesOf(drive)).filter(name => name !== 'set-pass' && name !== 'erase-enhanced'),
			after,
		);
	}
});

serial('a drive that does not let go of the password is reported with the way out', async t => {
	const drive = await ataDrive(t, {fails: 'erase-enhanced disable'});
	const {hint} = await failing(
		t,
		erase(ataSecurityErase, drive.device, {tools: drive.tools}),
		'ERASER_FAILED',
		/SECURITY_ERASE: .*; .*a password is on it, and "zeroize" does not take it off/,
	);
	t.regex(hint ?? '', /resume the run.*by hand: hdparm .*--security-unlock zeroize/);
	t.is(await drive.state('security'), 'on');
});

serial('told to stop, a drive that erases itself is left alone, and how it is let go of is said', async t => {
	const drive = await ataDrive(t, {fails: 'endless'});
	const controller = new AbortController();
	const announceCommand = () => void drive.told(/--security-erase/).then(() => controller.abort());
	const {tools} = drive;
	const {hint} = await failing(
		t,
		erase(ataSecurityErase, drive.device, {tools, signal: controller.signal, announceCommand}),
		'INTERRUPTED',
		/goes on by itself, with the password "zeroize" until its erase has ended$/,
	);
	t.regex(hint ?? '', /leave its power on; .*by hand: hdparm .*--security-unlock zeroize/);
	t.deepEqual(await namesOf(drive), ['set-pass', 'erase-enhanced']);
});

serial('a drive that only says that it erased itself', async t => {
	const {device, tools} = await ataDrive(t, {leaves: 'everything'});
	await failing(t, erase(ataSecurityErase, device, {tools}), 'NOT_ERASED', /still there/);
});

serial('after a loss of power our password is taken off, and the drive erased from the start', async t => {
	const drive = await ataDrive(t);
	for (const [security, before] of [
		['locked', ['unlock', 'disable']],
		['on', ['disable']],
		['off', []],
	] as const) {
		await drive.renew({security, password: 'zeroize'});
		const announced = {password: 'zeroize'};
		const {result} = await erase(ataSecurityErase, drive.device, {tools: drive.tools, announced});
		t.truthy(result.canary);
		t.deepEqual(await namesOf(drive), [...before, 'set-pass', 'erase-enhanced']);
		t.is(await drive.state('security'), 'off');
	}
});

serial('after a loss of power a password that is not ours is tried once, and reported', async t => {
	const drive = await ataDrive(t, {security: 'locked', password: 'theirs'});
	const {tools} = drive;
	const announced = {password: 'zeroize'};
	const {hint} = await failing(
		t,
		erase(ataSecurityErase, drive.device, {tools, announced}),
		'ERASER_FAILED',
		/a password is on it, and "zeroize" does not take it off/,
	);
	t.regex(hint ?? '', /by hand: hdparm/);
	t.deepEqual(await namesOf(drive), ['unlock']);
});
