import test from 'ava';
import {readGeometry} from '../../../src/devices/facts/geometry.ts';
import {answering} from '../../_helpers/surroundings.ts';

test('the size, sectors and write protection are what blockdev says', async t => {
	t.deepEqual(await readGeometry('/dev/sda', answering({blockdev: '4096\n512\n4096\n1\n'})), {
		totalBytes: 4096,
		logicalSectorBytes: 512,
		physicalSectorBytes: 4096,
		readOnly: true,
	});
});

for (const [stderr, code] of [
	['blockdev: cannot open /dev/vda: Permission denied', 'NO_PERMISSION'],
	['blockdev: cannot open /dev/loop99: No such file or directory', 'DEVICE_MISSING'],
	['blockdev: cannot open /dev/sr0: No medium found', 'DEVICE_EMPTY'],
	['blockdev: ioctl error on BLKGETSIZE64: Input/output error', 'TOOL_FAILED'],
] as const) {
	test(`blockdev that fails is ${code}: ${stderr}`, async t => {
		const error = await t.throwsAsync(readGeometry('/dev/x', answering({blockdev: {exitCode: 1, stderr}})), {
			code,
		});
		t.true(error?.message.includes(stderr));
	});
}

for (const stdout of ['', 'nonsense\n', '99999999999999999999\n']) {
	test(`a size that is not one is refused: ${JSON.stringify(stdout)}`, async t => {
		await t.throwsAsync(readGeometry('/dev/x', answering({blockdev: stdout})), {code: 'TOOL_FAILED'});
	});
}
