import {open} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext, TestFn} from 'ava';
import {zeros} from '../../src/content.ts';
import block from '../../src/devices/block.ts';
import type {Eraser} from '../../src/erasers/eraser.ts';
import {SanitizeError} from '../../src/errors.ts';
import {noRanges} from '../../src/ranges.ts';
import {holds} from './content.ts';
import {contextOf, erase} from './eraser-run.ts';
import {
	attach,
	isRoot,
	loop,
	MiB,
	run,
	type Subject,
	skip,
	surroundings,
	targets,
	tmpfs,
} from './eraser-subjects.ts';

/** What every eraser must do on every device that it supports. */
export const eraserSuite = (test: TestFn, eraser: Eraser): void => {
	for (const {name, totalBytes, open: openSubject, needsRoot} of targets) {
		const serial = needsRoot && !isRoot ? skip(test, name) : test.serial;
		serial(`${eraser.name} writes every byte of ${name}, and no more`, async t => {
			const subject = await openSubject(t, totalBytes);
			if (!eraser.supports(subject.device.facts).supported) {
				await refuses(t, eraser, subject);
				return;
			}

			const {result, progress, reached, commits} = await erase(eraser, subject.device);
			t.is(result.writtenBytes, totalBytes);
			t.is(result.unwritable.count, 0);
			t.is(commits, 1);
			t.true(result.tool.name.length > 0 && result.tool.version.length > 0);
			t.true(neverGoesBack(progress, totalBytes));
			t.true(neverGoesBack(reached, totalBytes));
			t.true(reached.every((offset, index) => offset <= (progress[index] ?? 0)));
			await subject.device.sync();
			const left = await subject.contents();
			t.is(left.length, totalBytes);
			t.true(holds(left, result.passes?.at(-1)?.content ?? zeros));
		});

		if (totalBytes > MiB) {
			serial(`${eraser.name} goes on in the middle of ${name}`, async t => {
				const subject = await openSubject(t, totalBytes);
				if (eraser.supports(subject.device.facts).supported) {
					await goesOn(t, eraser, subject);
				} else {
					await refuses(t, eraser, subject);
				}
			});
		}

		serial(
			`${eraser.name} leaves ${name} alone when the commit is refused or the run is aborted first`,
			async t => {
				const subject = await openSubject(t, totalBytes);
				if (eraser.supports(subject.device.facts).supported) {
					await leavesAlone(t, eraser, subject);
				} else {
					await refuses(t, eraser, subject);
				}
			},
		);
	}

	const serial = isRoot ? test.serial : skip(test, 'loop devices');
	serial(`${eraser.name} stops when it is aborted, and writes nothing afterwards`, async t =>
		stops(t, eraser, 'abort'),
	);
	serial(`${eraser.name} stops when nobody asks it any more`, async t => stops(t, eraser, 'return'));
	serial(`${eraser.name} fails on a device whose store is full`, async t => failsWhenStoreIsFull(t, eraser));
	serial(`${eraser.name} fails on a node that has become read-only, and leaves it as it is`, async t =>
		failsOnReadOnly(t, eraser),
	);
	serial(`${eraser.name} says of a read-only device that it does not support it`, async t => {
		const {device} = await loop(512)(t, 4096);
		t.false(eraser.supports({...device.facts, readOnly: true}).supported);
	});
};

// deepEqual takes seconds for a megabyte.
const isSame = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

const neverGoesBack = (values: readonly number[], totalBytes: number): boolean =>
	values.every((value, index) => value <= totalBytes && value >= (values[index - 1] ?? 0));

const goesOn = async (t: ExecutionContext, eraser: Eraser, {device, contents}: Subject): Promise<void> => {
	const before = await contents();
	const {result, progress, reached} = await erase(eraser, device, {from: MiB});
	t.is(result.writtenBytes, device.facts.totalBytes);
	t.true(neverGoesBack(progress, device.facts.totalBytes));
	t.true(neverGoesBack(reached, device.facts.totalBytes));
	await device.sync();
	const left = await contents();
	if (eraser.leaves === 'last-pass') {
		// It starts anew, and never says that there is a place to go on from.
		t.true(holds(left, result.passes?.at(-1)?.content ?? zeros));
		t.true(reached.every(offset => offset === 0));
		return;
	}

	t.true((progress[0] ?? MiB) >= MiB);
	t.true(isSame(left.subarray(0, MiB), before.subarray(0, MiB)));
	t.false(left.subarray(MiB).some(byte => byte !== 0));
};

const refuses = async (t: ExecutionContext, eraser: Eraser, {device, contents}: Subject): Promise<void> => {
	const before = await contents();
	const commit = async () => t.fail('committed');
	const error = await t.throwsAsync(erase(eraser, device, {commit}), {instanceOf: SanitizeError});
	t.is((error as SanitizeError).code, 'UNSUPPORTED');
	t.true(isSame(await contents(), before));
};

const leavesAlone = async (
	t: ExecutionContext,
	eraser: Eraser,
	{device, contents}: Subject,
): Promise<void> => {
	const before = await contents();
	const refusal = new SanitizeError('NOT_CONFIRMED', 'no');
	const commit = async () => {
		t.true(isSame(await contents(), before));
		throw refusal;
	};
	t.is(await t.throwsAsync(erase(eraser, device, {commit})), refusal);
	t.true(isSame(await contents(), before));

	const aborted = {signal: AbortSignal.abort(), commit: async () => t.fail('committed')};
	const early = await t.throwsAsync(erase(eraser, device, aborted), {instanceOf: SanitizeError});
	t.is((early as SanitizeError).code, 'INTERRUPTED');
	t.true(isSame(await contents(), before));

	const controller = new AbortController();
	const during = {signal: controller.signal, commit: async () => controller.abort()};
	const late = await t.throwsAsync(erase(eraser, device, during), {instanceOf: SanitizeError});
	t.is((late as SanitizeError).code, 'INTERRUPTED');
	t.true(isSame(await contents(), before));
};

const sparseBytes = 1024 * MiB;

// On memory, and big enough that it takes some tenths of a second; its last MiB is 0xaa, so that an end reached is seen.
const stops = async (t: ExecutionContext, eraser: Eraser, how: 'abort' | 'return'): Promise<void> => {
	const directory = await tmpfs(t, '1100m');
	const store = join(directory, 'store.img');
	const handle = await open(store, 'w+');
	t.teardown(async () => handle.close());
	await handle.truncate(sparseBytes);
	const marker = Buffer.alloc(MiB, 0xaa);
	await handle.write(marker, 0, MiB, sparseBytes - MiB);
	const node = await attach(t, store, 512);
	const facts = await block.inspect({scheme: 'block', target: node, path: node}, surroundings);
	await using device = await block.open(facts, 'erase', surroundings);

	const controller = new AbortController();
	const erasing = eraser.erase(
		contextOf(device, {
			signal: controller.signal,
			commit: async () => void setTimeout(() => controller.abort(), 60),
		}),
	);
	if (how === 'return') {
		void erasing.next().catch(() => {});
		await erasing
			.return({writtenBytes: 0, unwritable: noRanges, tool: {name: '', version: ''}})
			.catch(() => {});
	} else {
		const error = await t.throwsAsync(
			(async () => {
				while (!(await erasing.next()).done) {
					// Goes on until it is aborted.
				}
			})(),
			{instanceOf: SanitizeError},
		);
		t.is((error as SanitizeError).code, 'INTERRUPTED');
	}

	const written = async () => (await handle.stat()).blocks;
	const blocks = await written();
	await sleep(300);
	t.is(await written(), blocks);
	const tail = Buffer.alloc(MiB);
	await handle.read(tail, 0, MiB, sparseBytes - MiB);
	t.true(isSame(tail, marker));
};

const failsWhenStoreIsFull = async (t: ExecutionContext, eraser: Eraser): Promise<void> => {
	const directory = await tmpfs(t, '4m');
	const store = join(directory, 'thin.img');
	const handle = await open(store, 'w');
	await handle.truncate(8 * MiB);
	await handle.close();
	const node = await attach(t, store, 512);
	const facts = await block.inspect({scheme: 'block', target: node, path: node}, surroundings);
	await using device = await block.open(facts, 'erase', surroundings);
	const error = await t.throwsAsync(erase(eraser, device), {instanceOf: SanitizeError});
	t.true(['WRITE_INCOMPLETE', 'WRITE_FAILED'].includes((error as SanitizeError).code), String(error));
	t.truthy((error as SanitizeError).hint);
};

const failsOnReadOnly = async (t: ExecutionContext, eraser: Eraser): Promise<void> => {
	const {device, contents} = await loop(512)(t, MiB);
	const before = await contents();
	const node = device.node ?? '';
	await run('blockdev', ['--setro', node]);
	// The flag would outlive the loop device.
	t.teardown(async () => run('blockdev', ['--setrw', node]));
	const error = await t.throwsAsync(erase(eraser, device), {instanceOf: SanitizeError});
	t.true(
		['WRITE_FAILED', 'ERASER_FAILED', 'DEVICE_READ_ONLY'].includes((error as SanitizeError).code),
		String(error),
	);
	t.true(isSame(await contents(), before));
};
