import {open, writeFile} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';
import {createPlace, hashOf, type Place} from '../_helpers/cli.ts';
import {attachLoop, isRoot} from '../_helpers/loop.ts';
import {runMain} from '../_helpers/main.ts';

const totalBytes = 1024 ** 2;

interface Look {
	/** Bytes that are not zero, at these offsets. */
	readonly left: readonly number[];
	readonly options?: readonly string[];
	readonly exitCode: number;
	readonly outcome: string;
	readonly says: RegExp;
}

const looks: Readonly<Record<string, Look>> = {
	'nothing but zeros': {left: [], exitCode: 0, outcome: 'verified', says: /^$/},
	'nothing but zeros in a sample': {
		left: [],
		options: ['--verify', 'sampled:20'],
		exitCode: 0,
		outcome: 'verified',
		says: /^$/,
	},
	'a byte that was left in its first sector': {
		left: [17],
		options: ['--verify', 'sampled:1'],
		exitCode: 4,
		outcome: 'failed',
		says: /verify: .*1 bytes? in 1 range not zero, the first at offset 17; nothing was written/,
	},
	'a byte that was left at its end, and one in its middle': {
		left: [totalBytes / 2, totalBytes - 1],
		exitCode: 4,
		outcome: 'failed',
		says: /2 bytes in 2 ranges not zero, the first at offset 524288; nothing was written/,
	},
};

const serial = isRoot ? test.serial : test.serial.skip;

const imageWith = async (place: Place, left: readonly number[]): Promise<string> => {
	const image = await place.image(0);
	await writeFile(image, new Uint8Array(totalBytes));
	await using handle = await open(image, 'r+');
	for (const offset of left) {
		await handle.write(Uint8Array.of(1), 0, 1, offset);
	}

	return image;
};

const verifies = async (t: ExecutionContext, place: Place, device: string, {options = [], ...look}: Look) => {
	const end = await runMain(['verify', '--device', device, '--progress', 'json', ...options]);
	t.is(end.exitCode, look.exitCode, end.stderr);
	t.like(end.events.at(-1), {type: 'run.finished', outcome: look.outcome, exitCode: look.exitCode});
	t.regex(end.stderr, look.says);
	t.false(end.events.some(({type}) => type === 'run.committed'));
	t.deepEqual(await place.runs(), {state: [], log: []});
};

for (const [title, look] of Object.entries(looks)) {
	serial(`verify finds ${title}, on a loop device and in a file, and changes nothing`, async t => {
		const place = await createPlace(t);
		const image = await imageWith(place, look.left);
		const before = await hashOf(image);
		await verifies(t, place, `file:${image}`, look);
		await using loop = await attachLoop(image, {readOnly: true});
		await verifies(t, place, loop.path, look);
		t.is(await hashOf(image), before);
	});
}

test('a device that is missing cannot be verified', async t => {
	const end = await runMain(['verify', '--device', '/dev/zeroize-missing']);
	t.is(end.exitCode, 3);
	t.regex(end.stderr, /starting verify-only: looking at \/dev\/zeroize-missing: there is no such device/);
});
