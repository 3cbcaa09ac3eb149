import {totalmem} from 'node:os';
import test from 'ava';
import {exitCodeOf} from '../../../src/errors.ts';
import {availableMemory, requireRoom} from '../../../src/hosts/staging/room.ts';
import {failure} from '../../_helpers/failure.ts';
import {temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {writeTree} from '../../_helpers/surroundings.ts';

const mib = 1024 ** 2;

const rootWith = async (t: Parameters<typeof temporaryDirectory>[0], availableKib: number) => {
	const root = await temporaryDirectory(t);
	await writeTree(root, {
		'proc/meminfo': `MemTotal:        1004040 kB\nMemFree:          100000 kB\nMemAvailable:   ${availableKib} kB\nSwapFree:        9000000 kB\n`,
	});
	return root;
};

test('free memory is what the kernel calls available, without swap', async t => {
	t.is(await availableMemory(await rootWith(t, 712_345)), 712_345 * 1024);
	const real = await availableMemory('/');
	t.true(real > 0 && real <= totalmem());
});

test('a machine of 1 GiB after its start has room enough', async t => {
	const room = await requireRoom({stageBytes: 135 * mib, root: await rootWith(t, 750_000)});
	t.deepEqual(room, {neededBytes: 327 * mib, availableBytes: 750_000 * 1024});
});

test('too little is refused with every figure, before anything is touched', async t => {
	const error = await failure(
		t,
		requireRoom({stageBytes: 135 * mib, root: await rootWith(t, 327 * 1024 - 1)}),
	);
	t.is(error.code, 'NO_MEMORY');
	t.is(exitCodeOf(error.code), 3);
	t.is(
		error.message,
		'leaving the disk for RAM: 327 MiB of memory are needed (135 MiB for the programs and their libraries, 128 MiB to work, 64 MiB for journal and log) and 326 MiB are available',
	);
	t.regex(error.hint ?? '', /another medium/);
	const exact = await requireRoom({stageBytes: 135 * mib, root: await rootWith(t, 327 * 1024)});
	t.is(exact.availableBytes, exact.neededBytes);
});

test('memory that cannot be read is not taken for enough', async t => {
	t.is((await failure(t, availableMemory(await temporaryDirectory(t)))).code, 'UNSUPPORTED');
});
