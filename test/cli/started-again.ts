import {rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {createPlace, isAllZero, zeroize, zeroizeScript} from '../_helpers/cli.ts';
import {attachLoop, isRoot} from '../_helpers/loop.ts';

const totalBytes = 1024 ** 2;
const asRoot = isRoot ? test : test.skip;

asRoot('a device without a serial number is not resumed after another start of the machine', async t => {
	const place = await createPlace(t);
	const image = await place.image(totalBytes);
	await using loop = await attachLoop(image);
	await writeFile(place.log, '');
	const target = ['--device', loop.path, '--confirm', loop.path, '--eraser', 'direct'];
	t.is((await zeroize(['run', 'erase', ...target, ...place.args])).exitCode, 6);
	await rm(place.log);
	const journal = path.join((await place.runs()).state[0] ?? '', 'journal.jsonl');

	// The same numbers, as another disk may have got them.
	const bootId = path.join(place.directory, 'boot_id');
	await writeFile(bootId, 'f2c1a5a0-0000-4000-8000-000000000000\n');
	const random = '/proc/sys/kernel/random';
	const later = await zeroizeScript(
		`exec unshare --mount bash -c 'mount --bind "$BOOT_ID" ${random}/boot_id && exec "$NODE" "$CLI" resume "$JOURNAL"'`,
		{env: {BOOT_ID: bootId, JOURNAL: journal}},
	);
	t.is(later.exitCode, 3, later.stderr);
	t.regex(later.stderr, /cannot be told to be the device that was confirmed: bootId was .*, is f2c1a5a0-/);
	t.regex(later.stderr, /\nhint: attach that one, or start a new run; nothing was written now\n$/);

	t.is((await zeroize(['resume', journal])).exitCode, 0);
	t.true(await isAllZero(image, totalBytes));
});
