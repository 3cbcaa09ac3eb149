import test, {type ExecutionContext} from 'ava';
import type {DriveFacts, ScsiFacts} from '../../src/devices/drive.ts';
import scsiSanitize from '../../src/erasers/scsi-sanitize.ts';
import {SanitizeError} from '../../src/errors.ts';
import {driveOf} from '../_helpers/drive-facts.ts';
import {erase} from '../_helpers/eraser-run.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {fakeTools} from '../_helpers/fake-tools.ts';
import {sanitizes, scsiDrive, scsiFacts} from '../_helpers/scsi-drive.ts';
import {deviceFacts} from '../_helpers/verify-device.ts';

const serial = isRoot ? test.serial : skip(test, 'scsi-sanitize');

const none = {overwrite: false, blockErase: false, cryptoErase: false, exitFailureMode: false};

const diskOf = (scsi: Partial<ScsiFacts>, drive: Partial<DriveFacts> = {}) =>
	deviceFacts({transport: 'sas', drive: driveOf({scsi: {...scsiFacts, ...scsi}, ...drive})});

test('it takes a drive that has the command, also after one that failed', t => {
	t.deepEqual(scsiSanitize.supports(diskOf({})), {supported: true});
	t.deepEqual(scsiSanitize.supports(diskOf({sanitizeStatus: {state: 'failed'}})), {supported: true});
	for (const [facts, reason] of [
		[diskOf({sanitize: none}), /has no SANITIZE command/],
		[diskOf({sanitize: {...none, exitFailureMode: true}}), /has no SANITIZE command/],
		[diskOf({sanitizeStatus: {state: 'running', progress: 0.5}}), /sanitizing itself already/],
		[diskOf({}, {unknown: [{what: 'sanitize-status', why: 'slow'}]}), /last sanitize .* not known: slow$/],
		[{...diskOf({}), readOnly: true}, /read-only/],
		[{...diskOf({}), kind: 'partition'}, /no whole drive/],
		[deviceFacts({drive: driveOf()}), /no SCSI drive/],
		[
			deviceFacts({drive: driveOf({unknown: [{what: 'scsi', why: 'sg_opcodes is not installed'}]})}),
			/what it can do is not known: sg_opcodes is not installed/,
		],
	] as const) {
		const support = scsiSanitize.supports(facts);
		t.regex(support.supported ? 'supported' : support.reason, reason);
	}
});

test('its techniques, and the command of each', t => {
	const facts = diskOf({});
	t.deepEqual(scsiSanitize.techniques?.(facts), ['cryptographic-erase', 'block-erase', 'overwrite']);
	const only = diskOf({sanitize: {...none, overwrite: true}});
	t.deepEqual(scsiSanitize.techniques?.(only), ['overwrite']);
	const commandOf = (technique?: 'overwrite' | 'block-erase') =>
		scsiSanitize.command(facts, '/dev/sda', technique)?.join(' ');
	t.is(commandOf(), 'sg_sanitize --crypto --early --quick /dev/sda');
	t.is(commandOf('block-erase'), 'sg_sanitize --block --early --quick /dev/sda');
	t.is(commandOf('overwrite'), 'sg_sanitize --overwrite --zero --count=1 --early --quick /dev/sda');
});

serial('a sanitize by the technique that was planned', async t => {
	const drive = await scsiDrive(t, {leaves: 'ones', news: 1});
	const {result, commits, progress} = await erase(scsiSanitize, drive.device, {
		tools: drive.tools,
		technique: 'block-erase',
	});
	t.is(commits, 1);
	t.is(result.writtenBytes, drive.device.facts.totalBytes);
	t.deepEqual([...new Set(progress)], [drive.device.facts.totalBytes / 2]);
	t.deepEqual(result.tool, {name: 'sg_sanitize (sg3-utils)', version: '1.15 20201223'});
	t.deepEqual(await sanitizes(drive), [`--block --early --quick ${drive.device.node}`]);
	t.true((await drive.contents()).every(byte => byte === 0xff));
});

const failing = async (t: ExecutionContext, erasing: Promise<unknown>): Promise<SanitizeError> =>
	(await t.throwsAsync(erasing, {instanceOf: SanitizeError})) as SanitizeError;

serial('a command that the drive refuses says what sg_sanitize says, and the way out', async t => {
	const drive = await scsiDrive(t, {fails: 'refused'});
	const {code, message, hint} = await failing(t, erase(scsiSanitize, drive.device, {tools: drive.tools}));
	t.is(code, 'ERASER_FAILED');
	t.regex(message, /sg_sanitize failed with exit code 5: sg_sanitize failed: Illegal request$/);
	t.regex(hint ?? '', /^do not release the device; .*sg_sanitize --fail \/dev\/loop\d+\)/);
});

serial('a sanitize that fails is taken for nothing else, and the next attempt writes no canary', async t => {
	const drive = await scsiDrive(t, {polls: -1});
	const {code, message} = await failing(t, erase(scsiSanitize, drive.device, {tools: drive.tools}));
	t.is(code, 'ERASER_FAILED');
	t.regex(message, /the drive says that it failed/);
	t.is(await drive.state(), 'failed');
	await drive.set({fails: 'failing'});
	const stuck = await failing(t, erase(scsiSanitize, drive.device, {tools: drive.tools}));
	t.regex(stuck.message, /exit code 3: sg_sanitize failed: Medium or hardware error$/);
	await drive.set({fails: 'nothing', polls: 0});
	const warnings: string[] = [];
	const {result} = await erase(scsiSanitize, drive.device, {
		tools: drive.tools,
		warn: ({message}) => void warnings.push(message),
	});
	t.is(result.canary, undefined);
	t.regex(warnings.join('\n'), /no canary is written/);
});

serial('a drive that wants to be written before it is read is no success, and the hint names it', async t => {
	const {device, tools, calls} = await scsiDrive(t);
	// `Write after sanitize required` is a medium error, of which the kernel tells EIO.
	const read: typeof device.read = async (position, buffer) => {
		if ((await calls('sg_sanitize')).some(call => call.startsWith('--crypto'))) {
			throw new SanitizeError('UNREADABLE', 'reading it: EIO');
		}

		return device.read(position, buffer);
	};
	const {code, hint} = await failing(t, erase(scsiSanitize, {...device, read}, {tools}));
	t.is(code, 'UNREADABLE');
	t.regex(hint ?? '', /sg_vpd --page=bdc \/dev\/loop\d+" says WABEREQ or WACEREQ/);
});

serial('a drive that does not tell how it is, or sanitizes itself, is left alone', async t => {
	for (const behaviour of [{fails: 'silent'}, {state: 'running', polls: 100}, {news: 1000}]) {
		const drive = await scsiDrive(t, behaviour);
		const before = await drive.contents();
		const commit = async () => t.fail('committed');
		const {code} = await failing(t, erase(scsiSanitize, drive.device, {tools: drive.tools, commit}));
		t.is(code, 'DEVICE_BUSY');
		t.is(Buffer.compare(await drive.contents(), before), 0);
		t.deepEqual(await sanitizes(drive), []);
	}
});

test('an sg_sanitize that is another, or too old, is not taken, nor one that is missing', async t => {
	const {signal} = new AbortController();
	const version = 'sg_sanitize: version: 0.95 20130101\n';
	for (const [answers, message] of [
		[[{stdout: 'something else 1.0\n'}], /not that of sg3-utils/],
		[
			[{args: '--version', stderr: version}, {stderr: '--crypto|-C --block|-B --overwrite|-O\n'}],
			/0\.95 20130101\) does not know --zero, --count, --early, --quick$/,
		],
	] as const) {
		const {tools} = await fakeTools(t, {sg_sanitize: answers});
		const {code, message: said} = await failing(t, Promise.resolve(scsiSanitize.probe?.(tools, signal)));
		t.is(code, 'UNSUPPORTED');
		t.regex(said, message);
	}

	const {tools} = await fakeTools(t, {});
	const absent = {
		...tools,
		run: async (_: string, args: readonly string[]) => tools.run('absent-sg_sanitize', args),
	};
	t.is((await failing(t, Promise.resolve(scsiSanitize.probe?.(absent, signal)))).code, 'TOOL_MISSING');
});
