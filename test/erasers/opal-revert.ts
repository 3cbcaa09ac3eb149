import {chmod, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import type {DeviceFacts} from '../../src/devices/device.ts';
import type {OpalFacts} from '../../src/devices/drive.ts';
import {readPsid} from '../../src/erasers/opal/psid.ts';
import opalRevert from '../../src/erasers/opal-revert.ts';
import {SanitizeError} from '../../src/errors.ts';
import {driveOf, nvmeFacts} from '../_helpers/drive-facts.ts';
import {erase} from '../_helpers/eraser-run.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {opalDrive, opalDriveFacts, opalFacts, psid} from '../_helpers/opal-drive.ts';
import {deviceFacts} from '../_helpers/verify-device.ts';

const serial = isRoot ? test.serial : skip(test, 'opal-revert');

const diskOf = (opal: Partial<OpalFacts> = {}, facts: Partial<DeviceFacts> = {}): DeviceFacts =>
	deviceFacts({drive: opalDriveFacts(opal), ...facts});

test('it takes a whole drive that encrypts, whose locking is in use', t => {
	for (const ssc of ['opal-1', 'opal-2', 'opalite', 'ruby'] as const) {
		t.deepEqual(opalRevert.supports(diskOf({ssc, locked: true})), {supported: true});
	}

	const others = {...nvmeFacts, otherNamespaces: [{id: 2, path: '/dev/nvme0n2'}]};
	for (const [facts, reason] of [
		[deviceFacts(), /no TCG drive/],
		[deviceFacts({drive: driveOf()}), /no TCG drive/],
		[
			deviceFacts({drive: driveOf({unknown: [{what: 'opal', why: 'sedutil-cli is not installed'}]})}),
			/not known: sedutil-cli is not installed/,
		],
		[diskOf({}, {kind: 'partition'}), /no whole drive/],
		[diskOf({}, {readOnly: true}), /read-only/],
		[diskOf({mediaEncryption: false}), /does not encrypt/],
		[diskOf({ssc: 'pyrite'}), /of a kind \(pyrite\)/],
		[diskOf({ssc: 'enterprise'}), /does not tell whether it was reverted/],
		[diskOf({ssc: null}), /of a kind \(not known\)/],
		[diskOf({lockingEnabled: false}), /locking is not in use/],
		[deviceFacts({drive: driveOf({opal: opalFacts, nvme: others})}), /other namespaces .*nvme0n2/],
	] as const) {
		const support = opalRevert.supports(facts);
		t.regex(support.supported ? 'supported' : support.reason, reason);
	}
});

test('the plan has no PSID in its command', t => {
	t.deepEqual(opalRevert.command(diskOf(), '/dev/sdz'), [
		'sedutil-cli',
		'--PSIDrevert',
		'<PSID>',
		'/dev/sdz',
	]);
});

test('the PSID: alone, or by the serial number; only from a file that nobody else can read', async t => {
	const directory = await temporaryDirectory(t);
	const file = join(directory, 'psid');
	const write = async (text: string) => writeFile(file, text, {mode: 0o600});
	await write(`${psid}\n`);
	t.is(await readPsid(file, null), psid);
	const other = psid.replaceAll('0', '9');
	await write(`A1 ${other}\n\nB2 ${psid}\n`);
	t.is(await readPsid(file, 'B2'), psid);
	t.is(await readPsid(file, 'A1'), other);
	for (const [text, known, message] of [
		[`A1 ${other}\nB2 ${psid}\n`, 'C3', /no PSID for the drive C3/],
		[`${other}\n${psid}\n`, 'A1', /no PSID for the drive A1/],
		[`A1 ${other}\n`, null, /no PSID for the drive without a serial number/],
		['', 'A1', /no PSID for the drive/],
		[`${psid.slice(1)}\n`, 'A1', /what it has is no PSID/],
		[`${psid.toLowerCase()}\n`, 'A1', /what it has is no PSID/],
	] as const) {
		await write(text);
		const error = await t.throwsAsync(async () => readPsid(file, known), {instanceOf: SanitizeError});
		t.is(error.code, 'KEY_UNUSABLE');
		t.regex(error.message, message);
		t.notRegex(error.message, /[\dA-Z]{31}/i);
	}

	await write(`${psid}\n`);
	await chmod(file, 0o644);
	await t.throwsAsync(async () => readPsid(file, null), {code: 'KEY_UNUSABLE', message: /others can use it/});
	await t.throwsAsync(async () => readPsid(join(directory, 'none'), null), {code: 'KEY_UNUSABLE'});
});

serial('a drive is reverted, and its canary is gone', async t => {
	const {device, tools, psidFile, commands} = await opalDrive(t);
	const {result, commits} = await erase(opalRevert, device, {tools, psidFile});
	t.is(commits, 1);
	t.deepEqual(result.tool, {name: 'sedutil-cli', version: '1.20.0'});
	t.is(result.writtenBytes, device.facts.totalBytes);
	t.is(result.canary?.blocks, 256);
	t.deepEqual(await commands(), [`--PSIDrevert 32 ${device.node}`]);
});

serial('what goes wrong is told without the PSID, and before the commit nothing is written', async t => {
	const wrong = await opalDrive(t, {psid: psid.replaceAll('0', '8')});
	const failing = await opalDrive(t, {fails: 'revert'});
	const lying = await opalDrive(t, {leaves: 'everything'});
	for (const [{device, tools, psidFile}, code, message] of [
		[wrong, 'ERASER_FAILED', /exit code 1: EndSession Failed/],
		[failing, 'ERASER_FAILED', /Performing a PSID Revert on .* with password <PSID>$/],
		[lying, 'NOT_ERASED', /still there/],
	] as const) {
		const error = await t.throwsAsync(async () => erase(opalRevert, device, {tools, psidFile}), {
			instanceOf: SanitizeError,
		});
		t.is(error.code, code, error.message);
		t.regex(error.message, message);
		t.is(error.cause, undefined);
	}

	const silent = await opalDrive(t, {fails: 'silent'});
	const changed = await opalDrive(t, {locking: 'not-enabled'});
	const plain = await opalDrive(t);
	for (const [{device, tools, contents}, psidFile, code] of [
		[silent, silent.psidFile, 'DEVICE_BUSY'],
		[changed, changed.psidFile, 'UNSUPPORTED'],
		[plain, '/nonexistent', 'KEY_UNUSABLE'],
	] as const) {
		const before = await contents();
		const commit = async () => t.fail();
		await t.throwsAsync(async () => erase(opalRevert, device, {tools, psidFile, commit}), {code});
		t.is(Buffer.compare(await contents(), before), 0);
	}
});

serial('a drive that is locked gets no canary, and that is said', async t => {
	const drive = await opalDrive(t);
	const {tools, psidFile} = drive;
	const asked: string[] = [];
	const query = (text: string) =>
		text.replace('Locked = N, LockingEnabled = Y', 'Locked = Y, LockingEnabled = Y');
	const locked = {
		...tools,
		run: async (...[name, args, options]: Parameters<typeof tools.run>) => {
			const result = await tools.run(name, args, options);
			asked.push(args[0] ?? '');
			return {...result, stdout: query(result.stdout)};
		},
	};
	const warnings: string[] = [];
	const {result} = await erase(opalRevert, drive.device, {
		...{tools: locked, psidFile},
		warn: ({message}) => void warnings.push(message),
	});
	t.is(result.canary, undefined);
	t.regex(warnings.join(), /it is locked, and takes no writes/);
	t.true(asked.includes('--PSIDrevert'));
});
