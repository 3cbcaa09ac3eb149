import test, {type ExecutionContext} from 'ava';
import type {DriveFacts, NvmeFacts} from '../../src/devices/drive.ts';
import nvmeFormat from '../../src/erasers/nvme-format.ts';
import {SanitizeError} from '../../src/errors.ts';
import {driveOf, nvmeFacts} from '../_helpers/drive-facts.ts';
import {erase} from '../_helpers/eraser-run.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {fakeTools} from '../_helpers/fake-tools.ts';
import {nvmeDrive} from '../_helpers/nvme-drive.ts';
import {deviceFacts} from '../_helpers/verify-device.ts';

const serial = isRoot ? test.serial : skip(test, 'nvme-format');

const format = {
	supported: true,
	formatsAllNamespaces: false,
	erasesAllNamespaces: false,
	cryptoErase: true,
};

const diskOf = (nvme: Partial<NvmeFacts>, drive: Partial<DriveFacts> = {}) =>
	deviceFacts({transport: 'nvme', drive: driveOf({nvme: {...nvmeFacts, format, ...nvme}, ...drive})});

const withoutFormat = (): DriveFacts => {
	const {lbaFormat: _, ...nvme} = {...nvmeFacts, format};
	return driveOf({nvme, unknown: [{what: 'namespace', why: 'slow'}]});
};

test('it takes a drive that has the command, and hits no other namespace', t => {
	t.deepEqual(nvmeFormat.supports(diskOf({})), {supported: true});
	const otherNamespaces = [{id: 2, path: '/dev/nvme0n2'}];
	t.deepEqual(nvmeFormat.supports(diskOf({otherNamespaces})), {supported: true});
	for (const [facts, reason] of [
		[diskOf({format: {...format, supported: false}}), /has no Format NVM command/],
		[diskOf({otherNamespaces, format: {...format, erasesAllNamespaces: true}}), /too: \/dev\/nvme0n2$/],
		[diskOf({otherNamespaces, format: {...format, formatsAllNamespaces: true}}), /too: \/dev\/nvme0n2$/],
		[diskOf({namespaceId: null}), /how the namespace is formatted is not known/],
		[deviceFacts({drive: withoutFormat()}), /is not known: slow/],
		[diskOf({lbaFormat: {index: 1, dataBytes: 512, metadataBytes: 8}}), /8 bytes of metadata/],
		[deviceFacts(), /no NVMe drive/],
	] as const) {
		const support = nvmeFormat.supports(facts);
		t.regex(support.supported ? 'supported' : support.reason, reason);
	}
});

test('it never formats without an erase, and keeps the sectors as they are', t => {
	const facts = diskOf({namespaceId: 3, lbaFormat: {index: 1, dataBytes: 4096, metadataBytes: 0}});
	t.deepEqual(nvmeFormat.techniques?.(facts), ['cryptographic-erase', 'block-erase']);
	t.deepEqual(nvmeFormat.techniques?.(diskOf({format: {...format, cryptoErase: false}})), ['block-erase']);
	const start = 'nvme format /dev/nvme0n3 --namespace-id=3 --lbaf=1';
	t.is(nvmeFormat.command(facts, '/dev/nvme0n3')?.join(' '), `${start} --ses=2 --timeout=604800000 --force`);
	for (const technique of ['block-erase', 'overwrite'] as const) {
		t.regex(nvmeFormat.command(facts, '/dev/nvme0n3', technique)?.join(' ') ?? '', /--ses=1 /);
	}
});

serial('a format ends with the tool', async t => {
	const drive = await nvmeDrive(t);
	const {result, commits} = await erase(nvmeFormat, drive.device, {tools: drive.tools});
	t.is(commits, 1);
	t.is(result.writtenBytes, drive.device.facts.totalBytes);
	t.truthy(result.canary);
	t.false((await drive.contents()).some(byte => byte !== 0));
	t.regex((await drive.commands()).join('\n'), /^format \/dev\/loop\d+ .*--ses=2 .*--force$/);
});

const failing = async (t: ExecutionContext, erasing: Promise<unknown>): Promise<SanitizeError> =>
	(await t.throwsAsync(erasing, {instanceOf: SanitizeError})) as SanitizeError;

serial('a drive that refuses the format, and one that only says that it did it', async t => {
	const refusing = await nvmeDrive(t, {fails: 'format'});
	const refused = await failing(t, erase(nvmeFormat, refusing.device, {tools: refusing.tools}));
	t.is(refused.code, 'ERASER_FAILED');
	t.regex(refused.message, /nvme ended with exit code 1: NVMe status: Invalid Format/);
	const lying = await nvmeDrive(t, {leaves: 'everything'});
	t.is((await failing(t, erase(nvmeFormat, lying.device, {tools: lying.tools}))).code, 'NOT_ERASED');
});

serial('told to stop, it does not wait for a drive that does not end', async t => {
	const drive = await nvmeDrive(t, {fails: 'silent'});
	const controller = new AbortController();
	const announceCommand = () => void setTimeout(() => controller.abort(), 300);
	const {tools} = drive;
	const error = await failing(
		t,
		erase(nvmeFormat, drive.device, {tools, signal: controller.signal, announceCommand}),
	);
	t.is(error.code, 'INTERRUPTED');
	t.regex(error.message, /goes on by itself/);
});

serial('after a loss of power it formats again, whatever was announced', async t => {
	const drive = await nvmeDrive(t);
	const {tools} = drive;
	const {result} = await erase(nvmeFormat, drive.device, {tools, announced: {}});
	t.truthy(result.canary);
	t.is((await drive.commands()).length, 1);
});

test('an nvme that is not of nvme-cli is not taken, nor one that is missing', async t => {
	const {tools} = await fakeTools(t, {nvme: [{args: 'version', stdout: 'something else 1.0\n'}]});
	const {signal} = new AbortController();
	const stranger = await failing(t, Promise.resolve(nvmeFormat.probe?.(tools, signal)));
	t.is(stranger.code, 'UNSUPPORTED');
	const absent = {
		...tools,
		run: async (_: string, args: readonly string[]) => tools.run('absent-nvme', args),
	};
	t.is((await failing(t, Promise.resolve(nvmeFormat.probe?.(absent, signal)))).code, 'TOOL_MISSING');
});
