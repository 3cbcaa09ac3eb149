import test, {type ExecutionContext} from 'ava';
import discardSecure from '../../src/erasers/discard-secure.ts';
import {SanitizeError} from '../../src/errors.ts';
import {capableDiscard, discardDisk} from '../_helpers/discard-disk.ts';
import {driveOf} from '../_helpers/drive-facts.ts';
import {erase} from '../_helpers/eraser-run.ts';
import {isRoot, skip, surroundings} from '../_helpers/eraser-subjects.ts';
import {fakeTools} from '../_helpers/fake-tools.ts';
import {deviceFacts} from '../_helpers/verify-device.ts';

const serial = isRoot ? test.serial : skip(test, 'discard-secure');

const diskOf = (secure: boolean | null) =>
	deviceFacts({drive: driveOf({discard: {maxBytes: 1, granularityBytes: 1, secure}})});

test('it takes what is known to discard securely, and nothing of which that is not known', t => {
	t.deepEqual(discardSecure.supports(deviceFacts({drive: capableDiscard})), {supported: true});
	for (const [facts, reason, isForeign] of [
		[diskOf(false), /takes no secure discard/, true],
		[diskOf(null), /whether it takes a secure discard is not known: the kernel/, false],
		[deviceFacts({drive: driveOf()}), /is not known/, false],
		[deviceFacts(), /is not known/, false],
		[{...diskOf(true), readOnly: true}, /read-only/, false],
		[{...diskOf(true), kind: 'loop'}, /no whole drive/, true],
	] as const) {
		const support = discardSecure.supports(facts);
		t.false(support.supported);
		t.regex(support.supported ? '' : support.reason, reason);
		t.is(support.supported ? undefined : (support.isForeign ?? false), isForeign);
	}
});

test('it is a clear, and says what it does not reach', t => {
	t.is(discardSecure.method, 'clear');
	t.regex(discardSecure.notCovered?.join('; ') ?? '', /overwritten or discarded before/);
	const command = discardSecure.command(diskOf(true), '/dev/mmcblk0');
	t.is(command?.join(' '), 'blkdiscard --secure --force /dev/mmcblk0');
});

serial('a secure discard ends with the tool', async t => {
	const disk = await discardDisk(t);
	const {result, commits} = await erase(discardSecure, disk.device, {tools: disk.tools});
	t.is(commits, 1);
	t.is(result.writtenBytes, disk.device.facts.totalBytes);
	t.truthy(result.canary);
	t.is(result.tool.name, 'blkdiscard (util-linux)');
	t.false((await disk.contents()).some(byte => byte !== 0));
});

const failing = async (t: ExecutionContext, erasing: Promise<unknown>): Promise<SanitizeError> =>
	(await t.throwsAsync(erasing, {instanceOf: SanitizeError})) as SanitizeError;

serial('a device that refuses it after all, asked by the real tool, and one that lies', async t => {
	const {device} = await discardDisk(t);
	const refused = await failing(t, erase(discardSecure, device, {tools: surroundings.tools}));
	t.is(refused.code, 'ERASER_FAILED');
	t.regex(refused.message, /exit code 1: .*BLKSECDISCARD ioctl failed: Operation not supported$/);
	const lying = await discardDisk(t, {fails: 'lies'});
	const lied = await failing(t, erase(discardSecure, lying.device, {tools: lying.tools}));
	t.is(lied.code, 'NOT_ERASED');
});

test('without blkdiscard nothing is begun', async t => {
	const {tools} = await fakeTools(t, {});
	const absent = {
		...tools,
		run: async (_: string, args: readonly string[]) => tools.run('absent-blkdiscard', args),
	};
	const {signal} = new AbortController();
	const missing = await failing(t, Promise.resolve(discardSecure.probe?.(absent, signal)));
	t.is(missing.code, 'TOOL_MISSING');
});
