import test, {type ExecutionContext} from 'ava';
import {canaryAt, canaryPlaces} from '../../../src/content/canary.ts';
import type {AnnouncedCommand, EraseContext, EraseResult} from '../../../src/erasers/eraser.ts';
import {eraseNatively} from '../../../src/erasers/native/erase-natively.ts';
import type {NativeOperation} from '../../../src/erasers/native/operation.ts';
import {readSanitizeStatus} from '../../../src/erasers/nvme/sanitize-status.ts';
import {type ErrorCode, SanitizeError} from '../../../src/errors.ts';
import {contextOf} from '../../_helpers/eraser-run.ts';
import {isRoot, skip} from '../../_helpers/eraser-subjects.ts';
import {type NvmeDrive, nvmeDrive} from '../../_helpers/nvme-drive.ts';

const serial = isRoot ? test.serial : skip(test, 'native erasers');

const timing = {firstMs: 1, longestMs: 20, silentMs: 300, commandMs: 20_000};

const sanitizeOf = ({device, tools}: NvmeDrive, changes: Partial<NativeOperation> = {}): NativeOperation => ({
	name: 'nvme-sanitize',
	tool: {name: 'nvme (nvme-cli)', version: '2.3'},
	command: ['nvme', 'admin-passthru', device.node ?? '', '--opcode=0x84', '--cdw10=0x04'],
	estimateSeconds: 2,
	status: async () => readSanitizeStatus(tools, device.node ?? ''),
	...changes,
});

interface End {
	readonly result?: EraseResult;
	readonly error?: SanitizeError;
	readonly announced: readonly AnnouncedCommand[];
	readonly commits: number;
	readonly points: readonly number[];
}

const run = async (
	drive: NvmeDrive,
	{operation = sanitizeOf(drive), ...changes}: Partial<EraseContext> & {operation?: NativeOperation} = {},
): Promise<End> => {
	const announced: AnnouncedCommand[] = [];
	const points: number[] = [];
	let commits = 0;
	const context = contextOf(drive.device, {
		tools: drive.tools,
		announceCommand: command => void announced.push(command),
		...changes,
		async commit() {
			commits += 1;
			await changes.commit?.();
		},
	});
	const erasing = eraseNatively(operation, context, timing);
	try {
		for (;;) {
			const next = await erasing.next();
			if (next.done) {
				return {result: next.value, announced, commits, points};
			}

			points.push(next.value.writtenBytes);
		}
	} catch (error) {
		if (!(error instanceof SanitizeError)) {
			throw error;
		}

		return {error, announced, commits, points};
	}
};

const fails = (t: ExecutionContext, {error, result}: End, code: ErrorCode, message: RegExp): void => {
	t.is(result, undefined);
	t.is(error?.code, code, error?.message);
	t.regex(error?.message ?? '', message);
	t.truthy(error?.hint);
};

serial('a drive that sanitizes itself is waited for, and its canary is gone', async t => {
	const drive = await nvmeDrive(t, {polls: 3});
	const {totalBytes} = drive.device.facts;
	const {result, announced, commits, points} = await run(drive);
	t.is(commits, 1);
	t.is(announced.length, 1);
	t.is(result?.writtenBytes, totalBytes);
	t.deepEqual(result?.canary, announced[0]?.canary);
	t.is(result?.canary?.blocks, 256);
	t.true(points.length >= 3);
	t.is(points[0], Math.floor((19_661 / 65_536) * totalBytes));
	t.false((await drive.contents()).some(byte => byte !== 0));
	t.deepEqual(await drive.commands(), [`admin-passthru ${drive.device.node} --opcode=0x84 --cdw10=0x04`]);
});

serial(
	'the canary is on the media when the command is given, and nothing is written before the commit',
	async t => {
		const drive = await nvmeDrive(t, {leaves: 'everything'});
		const before = await drive.contents();
		const commit = async () => void t.is(Buffer.compare(await drive.contents(), before), 0);
		const {announced} = await run(drive, {commit});
		const canary = announced[0]?.canary ?? t.fail();
		const after = await drive.contents();
		const places = canaryPlaces(canary, drive.device.facts.totalBytes);
		t.is(places.length, 256);
		for (const place of places) {
			const there = after.subarray(place.offset, place.offset + place.length);
			t.is(Buffer.compare(there, canaryAt(canary, place)), 0);
		}
	},
);

serial('without a canary nothing is written by us', async t => {
	const drive = await nvmeDrive(t, {leaves: 'everything'});
	const before = await drive.contents();
	const {result, announced} = await run(drive, {canary: false});
	t.deepEqual(announced, [{}]);
	t.is(result?.canary, undefined);
	t.is(Buffer.compare(await drive.contents(), before), 0);
});

serial('a drive that says that it has ended and still holds the canary is found out', async t => {
	const drive = await nvmeDrive(t, {leaves: 'everything'});
	fails(t, await run(drive), 'NOT_ERASED', /still there: 2048 sectors/);
});

serial('a sanitize that fails, and a command that the drive refuses', async t => {
	fails(t, await run(await nvmeDrive(t, {polls: -1})), 'ERASER_FAILED', /says that it failed/);
	const refusing = await run(await nvmeDrive(t, {fails: 'sanitize'}));
	fails(t, refusing, 'ERASER_FAILED', /nvme failed with exit code 1: NVMe status: Invalid Command Opcode/);
});

serial('a drive that sanitizes itself already is left alone', async t => {
	const drive = await nvmeDrive(t, {state: 'running', polls: 100});
	const before = await drive.contents();
	const end = await run(drive);
	fails(t, end, 'DEVICE_BUSY', /not for this run/);
	t.is(end.commits, 0);
	t.is(Buffer.compare(await drive.contents(), before), 0);
	t.deepEqual(await drive.commands(), []);
});

serial('told to stop, it says that the drive goes on', async t => {
	const drive = await nvmeDrive(t, {polls: 1000});
	const controller = new AbortController();
	const announceCommand = () => void drive.running().then(() => controller.abort());
	const end = await run(drive, {signal: controller.signal, announceCommand});
	fails(t, end, 'INTERRUPTED', /goes on by itself/);
});

serial('a drive that does not answer any more, or takes far too long, is given up', async t => {
	const drive = await nvmeDrive(t, {polls: 1000});
	const announceCommand = () => void setTimeout(() => void drive.set({fails: 'silent'}), 100);
	fails(t, await run(drive, {announceCommand}), 'STALLED', /does not tell how far it is/);
	const slow = await nvmeDrive(t, {polls: 1000});
	const operation = sanitizeOf(slow, {estimateSeconds: -1200});
	fails(t, await run(slow, {operation}), 'STALLED', /has not ended after .*; the drive had said/);
});

const interrupted = async (t: ExecutionContext, drive: NvmeDrive): Promise<AnnouncedCommand> => {
	const controller = new AbortController();
	const seen: AnnouncedCommand[] = [];
	await run(drive, {
		signal: controller.signal,
		announceCommand(command) {
			seen.push(command);
			void drive.running().then(() => controller.abort());
		},
	});
	const [announced] = seen;
	return announced ?? t.fail();
};

serial('after an interruption a drive that still runs is waited for, with no second command', async t => {
	const drive = await nvmeDrive(t, {polls: 1000});
	const announced = await interrupted(t, drive);
	await drive.set({polls: 2});
	const {result, announced: again, commits} = await run(drive, {announced});
	t.is(commits, 1);
	t.deepEqual(again, []);
	t.deepEqual(result?.canary, announced.canary);
	t.is((await drive.commands()).length, 1);
	t.false((await drive.contents()).some(byte => byte !== 0));
});

serial('after an interruption a drive that has ended meanwhile does it again', async t => {
	const drive = await nvmeDrive(t, {polls: 1000});
	const announced = await interrupted(t, drive);
	await drive.set({polls: 0});
	await drive.tools.run('nvme', ['sanitize-log', drive.device.node ?? '']);
	const {result, announced: again} = await run(drive, {announced});
	t.is(again.length, 1);
	t.deepEqual(result?.canary, again[0]?.canary);
	t.is((await drive.commands()).length, 2);
});

serial('without a canary "done" is believed of a drive that was seen at work', async t => {
	const drive = await nvmeDrive(t, {state: 'done', polls: 3});
	t.truthy((await run(drive, {canary: false})).result);
	await drive.set({state: 'done', fails: 'deaf'});
	const {error} = await run(drive, {canary: false});
	t.is(error?.code, 'ERASER_FAILED');
	t.regex(error?.message ?? '', /without a canary nothing shows that it did anything/);
});

serial('after a loss of power "done" of an older sanitize is not taken for ours', async t => {
	const drive = await nvmeDrive(t, {polls: 1000});
	const announced = await interrupted(t, drive);
	// The command never got there: what the drive tells of was done long ago.
	await drive.set({state: 'done', polls: 0});
	const {result, announced: again} = await run(drive, {announced});
	t.is(again.length, 1);
	t.notDeepEqual(again[0]?.canary, announced.canary);
	t.is((await drive.commands()).length, 2);
	t.truthy(result);
	t.false((await drive.contents()).some(byte => byte !== 0));
});

serial('without a canary "done" says nothing after an interruption', async t => {
	const drive = await nvmeDrive(t, {state: 'done', polls: 0});
	const {result} = await run(drive, {announced: {}, canary: false});
	t.truthy(result);
	t.is((await drive.commands()).length, 1);
});

serial(
	'what has failed meanwhile is reported, and the next attempt begins anew without a canary',
	async t => {
		const drive = await nvmeDrive(t, {state: 'failed', polls: 0});
		fails(t, await run(drive, {announced: {}}), 'ERASER_FAILED', /has failed, says the drive/);
		const warnings: string[] = [];
		const {result, announced} = await run(drive, {warn: ({message}) => void warnings.push(message)});
		t.deepEqual(announced, [{}]);
		t.truthy(result);
		t.regex(warnings.join('\n'), /no canary is written/);
	},
);
