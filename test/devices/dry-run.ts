import test from 'ava';
import {dryRun} from '../../src/devices/dry-run.ts';
import {createMemoryDevice} from '../../src/devices/memory.ts';

test('a dry run counts what would be written and writes nothing', async t => {
	const memory = createMemoryDevice({totalBytes: 2048, fill: 7});
	const device = dryRun(memory);
	t.is(await device.write(0, new Uint8Array(1024)), 1024);
	t.is(await device.write(1024, new Uint8Array(4096)), 1024);
	await t.throwsAsync(device.write(2048, new Uint8Array(512)), {code: 'WRITE_FAILED'});
	await device.sync();
	t.deepEqual(device.writes, [
		{offset: 0, length: 1024},
		{offset: 1024, length: 1024},
	]);
	t.is(device.writtenBytes, 2048);
	t.is(device.syncs, 1);
	t.true(memory.bytes.every(byte => byte === 7));
});

test('no tool can be pointed at the node of a dry run', t => {
	t.is(dryRun({...createMemoryDevice({totalBytes: 512}), node: '/dev/loop0'}).node, undefined);
});
