import test from 'ava';
import type {DriveFacts, NvmeFacts, NvmeSanitizeStatus} from '../../src/devices/drive.ts';
import nvmeSanitize from '../../src/erasers/nvme-sanitize.ts';
import {SanitizeError} from '../../src/errors.ts';
import {driveOf, nvmeFacts} from '../_helpers/drive-facts.ts';
import {erase} from '../_helpers/eraser-run.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {nvmeDrive} from '../_helpers/nvme-drive.ts';
import {deviceFacts} from '../_helpers/verify-device.ts';

const serial = isRoot ? test.serial : skip(test, 'nvme-sanitize');

const all = {cryptoErase: true, blockErase: true, overwrite: true, noDeallocateInhibited: false};
const none = {...all, cryptoErase: false, blockErase: false, overwrite: false};

const diskOf = (nvme: Partial<NvmeFacts>, drive: Partial<DriveFacts> = {}) =>
	deviceFacts({transport: 'nvme', drive: driveOf({nvme: {...nvmeFacts, sanitize: all, ...nvme}, ...drive})});

const statusOf = (state: NvmeSanitizeStatus['state']): NvmeSanitizeStatus => ({
	state,
	globalDataErased: false,
	completedPasses: 0,
	estimates: {overwriteSeconds: null, blockEraseSeconds: null, cryptoEraseSeconds: null},
});

test('it takes a drive that has the command, and no other namespace', t => {
	t.deepEqual(nvmeSanitize.supports(diskOf({})), {supported: true});
	t.deepEqual(nvmeSanitize.supports(diskOf({sanitizeStatus: statusOf('failed')})), {supported: true});
	const other = {
		otherNamespaces: [
			{id: 2, path: '/dev/nvme0n2'},
			{id: 3, path: null},
		],
	};
	for (const [facts, reason] of [
		[diskOf({sanitize: none}), /has no Sanitize command/],
		[diskOf(other), /other namespaces of the drive, too: \/dev\/nvme0n2, namespace 3$/],
		[diskOf({}, {unknown: [{what: 'namespaces', why: 'slow'}]}), /other namespaces.* is not known: slow$/],
		[diskOf({}, {unknown: [{what: 'sanitize-status', why: 'slow'}]}), /last sanitize .* not known: slow$/],
		[diskOf({sanitizeStatus: statusOf('running')}), /sanitizing itself already/],
		[diskOf({writeProtected: true}), /write protected by the drive/],
		[{...diskOf({}), readOnly: true}, /read-only/],
		[{...diskOf({}), kind: 'partition'}, /no whole drive/],
		[deviceFacts(), /no NVMe drive/],
		[deviceFacts({drive: driveOf()}), /no NVMe drive/],
		[
			deviceFacts({drive: driveOf({unknown: [{what: 'nvme', why: 'nvme is not installed'}]})}),
			/what it can do is not known: nvme is not installed/,
		],
	] as const) {
		const support = nvmeSanitize.supports(facts);
		t.regex(support.supported ? 'supported' : support.reason, reason);
	}
});

test('its techniques, and the command of each', t => {
	const facts = diskOf({});
	t.deepEqual(nvmeSanitize.techniques?.(facts), ['cryptographic-erase', 'block-erase', 'overwrite']);
	const only = diskOf({sanitize: {...none, overwrite: true}});
	t.deepEqual(nvmeSanitize.techniques?.(only), ['overwrite']);
	const commandOf = (technique: 'overwrite' | 'block-erase' | 'cryptographic-erase') =>
		nvmeSanitize.command(facts, '/dev/nvme0n1', technique)?.join(' ');
	t.is(commandOf('cryptographic-erase'), 'nvme admin-passthru /dev/nvme0n1 --opcode=0x84 --cdw10=0x04');
	t.is(commandOf('block-erase'), 'nvme admin-passthru /dev/nvme0n1 --opcode=0x84 --cdw10=0x02');
	t.is(commandOf('overwrite'), 'nvme admin-passthru /dev/nvme0n1 --opcode=0x84 --cdw10=0x13');
});

serial('a sanitize by the technique that was planned', async t => {
	const drive = await nvmeDrive(t, {leaves: 'ones'});
	const {result, commits} = await erase(nvmeSanitize, drive.device, {
		tools: drive.tools,
		technique: 'block-erase',
	});
	t.is(commits, 1);
	t.is(result.writtenBytes, drive.device.facts.totalBytes);
	t.deepEqual(result.tool, {name: 'nvme (nvme-cli)', version: '2.3'});
	t.deepEqual(await drive.commands(), [`admin-passthru ${drive.device.node} --opcode=0x84 --cdw10=0x02`]);
	t.true((await drive.contents()).every(byte => byte === 0xff));
});

serial('a namespace that came after the plan keeps it from being sanitized', async t => {
	const drive = await nvmeDrive(t, {'list-ns': JSON.stringify({nsid_list: [{nsid: 1}, {nsid: 5}]})});
	const error = await t.throwsAsync(erase(nvmeSanitize, drive.device, {tools: drive.tools}), {
		instanceOf: SanitizeError,
	});
	t.is((error as SanitizeError).code, 'UNSUPPORTED');
	t.regex(
		(error as SanitizeError).message,
		/it would erase the other namespaces of the drive, too: namespace 5/,
	);
	t.deepEqual(await drive.commands(), []);
});
