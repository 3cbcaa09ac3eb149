import test from 'ava';
import {readReport, type ZeroReport} from '../../../src/erasers/zero-range/report.ts';
import {captured} from '../../_helpers/fake-tools.ts';

const MiB = 1024 ** 2;

const captures: ReadonlyArray<readonly [name: string, offset: number, report: ZeroReport]> = [
	['whole', 0, {bytes: 64 * MiB + 512, messages: []}],
	['range', MiB, {bytes: 4 * MiB, messages: []}],
	['short', 64 * MiB, {bytes: 512, messages: []}],
	['slow', 0, {bytes: 64 * MiB, messages: []}],
	[
		'eio',
		0,
		{bytes: 40 * MiB, messages: ['blkdiscard: /dev/loop1: BLKZEROOUT ioctl failed: Input/output error']},
	],
	['sigint', 0, {bytes: 0, messages: []}],
	['detached', 0, {bytes: 0, messages: []}],
	[
		'behind',
		64 * MiB + 1024,
		{bytes: 0, messages: ['blkdiscard: /dev/loop1: offset is greater than device size']},
	],
	['no-block', 0, {bytes: 0, messages: ['blkdiscard: /dev/zero: not a block device']}],
];

for (const [name, offset, report] of captures) {
	test(`what blkdiscard said is understood: ${name}`, async t => {
		const text = await captured('blkdiscard', `util-linux-2.38.1-${name}`);
		t.deepEqual(readReport(text, {offset, length: 64 * MiB + 512}), report);
	});
}

test('a count that does not begin where the last one ended is not counted', t => {
	const text = 'x: Zero-filled 512 bytes from the offset 0\nx: Zero-filled 512 bytes from the offset 1024\n';
	const {bytes, messages} = readReport(text, {offset: 0, length: 4096});
	t.is(bytes, 512);
	t.deepEqual(messages, ['x: Zero-filled 512 bytes from the offset 1024']);
	t.is(readReport('x: Discarded 512 bytes from the offset 0\n', {offset: 0, length: 512}).bytes, 0);
});
