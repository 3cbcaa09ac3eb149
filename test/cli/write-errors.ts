import {readdir} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';
import type {ByteRange} from '../../src/devices/device.ts';
import type {RunEvent} from '../../src/events.ts';
import {asDisk, type BadFile, badFile, fickleFile, leftover} from '../_helpers/bad-disk.ts';
import {type CliEnd, createPlace, type Place, zeroize} from '../_helpers/cli.ts';
import {isRoot} from '../_helpers/loop.ts';

const MiB = 1024 ** 2;
const totalBytes = 8 * MiB;
const erasers = ['dd', 'direct'] as const;
const serial = isRoot ? test.serial : test.serial.skip;

const erase = async (
	place: Place,
	target: string,
	eraser: string,
	options: Parameters<typeof zeroize>[1] = {},
): Promise<CliEnd> =>
	zeroize(
		[
			...['run', 'erase', '--device', target, '--confirm', target.replace('file:', '')],
			...['--eraser', eraser, '--progress', 'json', ...place.args],
		],
		{timeoutMs: 120_000, ...options},
	);

const sum = (ranges: readonly ByteRange[]): number => ranges.reduce((total, {length}) => total + length, 0);

/** The bytes that are not zero, as ranges. */
const leftIn = async (disk: BadFile): Promise<readonly ByteRange[]> => {
	const bytes = Buffer.from(await disk.contents());
	const ranges: ByteRange[] = [];
	for (let at = bytes.indexOf(leftover); at !== -1; ) {
		const end = bytes.indexOf(0, at);
		const length = (end === -1 ? bytes.length : end) - at;
		ranges.push({offset: at, length});
		at = bytes.indexOf(leftover, at + length);
	}

	return ranges;
};

const endOf = (events: readonly RunEvent[], step: string): RunEvent | undefined =>
	events.find(event => 'step' in event && event.step === step && /failed|finished|skipped/.test(event.type));

/** What must hold of every run that met places which cannot be written: it says exactly which, and that nothing else is left. */
const names = async (
	t: ExecutionContext,
	place: Place,
	{end, disk, unwritable}: {end: CliEnd; disk: BadFile; unwritable: readonly ByteRange[]},
): Promise<void> => {
	t.is(end.exitCode, 4, end.stderr);
	t.deepEqual(await leftIn(disk), unwritable);
	const bytes = sum(unwritable);
	const ranges = {listed: unwritable, count: unwritable.length, bytes};
	const writtenBytes = disk.totalBytes - bytes;
	t.like(endOf(end.events, 'erase'), {
		type: 'step.failed',
		code: 'WRITE_FAILED',
		writtenBytes,
		unwritable: ranges,
	});
	// It was read back all the same, and what was not written was found there.
	t.like(endOf(end.events, 'verify'), {
		type: 'step.failed',
		code: 'NOT_ZERO',
		verification: {nonZero: ranges},
	});
	const finished = end.events.at(-1);
	t.like(finished, {type: 'run.finished', outcome: 'failed'});
	t.like(finished?.type === 'run.finished' && finished.devices[0], {
		outcome: 'failed',
		writtenBytes,
		verifiedBytes: disk.totalBytes,
		unwritable,
		unwritableRanges: unwritable.length,
		unwritableBytes: bytes,
		nonZero: unwritable,
	});
	const {log} = await place.runs();
	t.deepEqual(await readdir(log[0] ?? ''), ['journal.jsonl', 'run.log']);
};

const places: Readonly<Record<string, readonly ByteRange[]>> = {
	'a bad sector in the middle': [{offset: 4 * MiB + 512, length: 512}],
};

for (const eraser of erasers) {
	for (const [title, unwritable] of Object.entries(places)) {
		serial(`${eraser} names ${title} exactly, and erases all the rest`, async t => {
			const disk = await badFile(t, totalBytes, unwritable);
			const place = await createPlace(t);
			const end = await erase(place, await asDisk(t, disk), eraser);
			await names(t, place, {end, disk, unwritable});
			const warnings = end.events.filter(({type}) => type === 'run.warned');
			t.true(warnings.length >= 2 && warnings.length <= 4);
		});
	}

	serial(`${eraser} tries a sector again that fails twice, and the disk is sanitized`, async t => {
		const disk = await fickleFile(t, 3 * MiB, {offset: MiB + 512, failures: 2});
		const place = await createPlace(t);
		const end = await erase(place, await asDisk(t, disk), eraser);
		t.is(end.exitCode, 0, end.stderr);
		t.deepEqual(await leftIn(disk), []);
		t.like(end.events.at(-1), {type: 'run.finished', outcome: 'sanitized'});
		t.like(endOf(end.events, 'erase'), {
			type: 'step.finished',
			writtenBytes: disk.totalBytes,
			tool: {name: eraser === 'dd' ? 'dd (coreutils), zeroize direct' : 'zeroize direct'},
		});
		const warned = end.events.flatMap(event => (event.type === 'run.warned' ? [event.message] : []));
		t.true(warned.some(message => /all of it was written when tried again/.test(message)));
	});

	serial(
		`${eraser} fails on a file that may not be written to, and does not look for bad places`,
		async t => {
			const disk = await badFile(t, 4 * MiB, [{offset: 2 * MiB, length: 512}]);
			const place = await createPlace(t);
			const end = await erase(place, `file:${disk.file}`, eraser);
			t.is(end.exitCode, 4);
			t.like(endOf(end.events, 'erase'), {type: 'step.failed', code: 'WRITE_FAILED', unwritable: undefined});
			t.like(endOf(end.events, 'verify'), {type: 'step.skipped'});
			t.deepEqual(
				end.events.filter(({type}) => type === 'run.warned'),
				[],
			);
		},
	);
}

for (const eraser of erasers) {
	serial(`SIGINT while ${eraser} waits for a bad sector ends the run at once, with 130`, async t => {
		const disk = await badFile(t, 2 * MiB, [{offset: MiB, length: 512}]);
		const place = await createPlace(t);
		const interrupt = {when: /"run\.warned"/, signal: 'SIGINT'} as const;
		const end = await erase(place, await asDisk(t, disk), eraser, {interrupt});
		t.is(end.exitCode, 130, end.stderr);
		t.true(end.durationMs < 5000);
		t.regex(end.stderr, /stopped while it dealt with write errors at byte/);
		t.regex(end.stderr, /do not release the device/);
		t.like(end.events.at(-1), {type: 'run.finished', outcome: 'interrupted'});
	});
}

serial('dd that is stopped again and again leaves the rest to our own writer, and says so', async t => {
	const unwritable = Array.from({length: 23}, (_, index) => ({offset: index * MiB + 1024, length: 512}));
	const disk = await badFile(t, 24 * MiB, unwritable);
	const place = await createPlace(t);
	const end = await erase(place, await asDisk(t, disk), 'dd');
	await names(t, place, {end, disk, unwritable});
	const warned = end.events.flatMap(event => (event.type === 'run.warned' ? [event.message] : []));
	t.true(warned.some(message => /from byte 22020096 on our own writer goes on/.test(message)));
	t.true(warned.length <= 6);
});
