import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readDiscard} from '../../../src/devices/drive/discard.ts';
import {temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {writeTree} from '../../_helpers/surroundings.ts';

// /sys/block/vda/device/features of the guest that fixtures/output/drives/README.md describes: no secure erase.
const features = '0010101001111110000000000000110010000000100000000000000000000000';

const read = async (t: ExecutionContext, name: string, files: Readonly<Record<string, string>>) => {
	const root = await temporaryDirectory(t);
	const directory = `sys/devices/block/${name}`;
	await writeTree(root, {
		...Object.fromEntries(Object.entries(files).map(([file, text]) => [path.join(directory, file), text])),
		'sys/dev/block/8:0': `-> ${path.join(root, directory)}`,
		[`${directory}/dev`]: '8:0\n',
	});
	return readDiscard('8:0', name, root);
};

const queue = {'queue/discard_max_bytes': '2147450880\n', 'queue/discard_granularity': '512\n'};

const limits = {maxBytes: 2_147_450_880, granularityBytes: 512};

test('a drive that discards; only some drivers know a secure discard', async t => {
	t.deepEqual(await read(t, 'nvme0n1', queue), {discard: {...limits, secure: false}});
	t.deepEqual(await read(t, 'sda', queue), {discard: {...limits, secure: false}});
	t.deepEqual(await read(t, 'mmcblk0', queue), {discard: {...limits, secure: null}});
	t.deepEqual(await read(t, 'dm-0', queue), {discard: {...limits, secure: null}});
});

test('a virtio disk says it in its features', async t => {
	const withErase = `${features.slice(0, 16)}1${features.slice(17)}`;
	t.deepEqual(await read(t, 'vda', {...queue, 'device/features': features}), {
		discard: {...limits, secure: false},
	});
	t.deepEqual(await read(t, 'vda', {...queue, 'device/features': withErase}), {
		discard: {...limits, secure: true},
	});
	t.deepEqual(await read(t, 'vda', queue), {discard: {...limits, secure: null}});
});

test('no queue, no limits', async t => {
	t.deepEqual(await read(t, 'sda', {}), {});
	t.deepEqual(await readDiscard('8:0', 'sda', '/nonexistent'), {});
});
