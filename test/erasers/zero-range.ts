import test, {type ExecutionContext} from 'ava';
import {createMemoryDevice} from '../../src/devices/memory.ts';
import zeroRange from '../../src/erasers/zero-range.ts';
import type {SanitizeError} from '../../src/errors.ts';
import {createTools, type Tools} from '../../src/process.ts';
import {eraserSuite} from '../_helpers/eraser-suite.ts';
import {captured, fakeTools} from '../_helpers/fake-tools.ts';

eraserSuite(test, zeroRange);

const {facts} = createMemoryDevice({totalBytes: 4096});
const queue = {maxTransferBytes: 524_288, maxWriteZeroesBytes: 4_294_966_784};
const disk = {...facts, kind: 'disk', path: '/dev/sda', target: '/dev/sda', queue} as const;

test('the command, but for the ranges', t => {
	t.is(
		zeroRange.command(disk, '/dev/sda')?.join(' '),
		'blkdiscard --zeroout --offset OFFSET --length LENGTH --step 67108864 --verbose --force /dev/sda',
	);
});

test('it takes what says that it zeroes by itself, and what is not attached yet', t => {
	t.true(zeroRange.supports(disk).supported);
	const {queue: _, ...unattached} = {...disk, kind: 'loop', target: 'loop:disk.img'} as const;
	t.true(zeroRange.supports(unattached).supported);
	for (const [changed, reason] of [
		[{...disk, queue: {...queue, maxWriteZeroesBytes: 0}}, /cannot zero ranges by itself/],
		[{...unattached, target: '/dev/loop0'}, /cannot zero ranges by itself/],
		[{...disk, readOnly: true}, /read-only/],
		[{...disk, kind: 'file'}, /no block device/],
		[{...unattached, kind: 'memory'}, /no block device/],
	] as const) {
		const support = zeroRange.supports(changed);
		t.regex(support.supported ? '' : support.reason, reason);
	}
});

const probe = async (t: ExecutionContext, version: string, help: string): Promise<SanitizeError> => {
	const {tools} = await fakeTools(t, {
		blkdiscard: [
			{args: '--version', stdout: version},
			{args: '--help', stdout: help},
		],
	});
	return (await t.throwsAsync(async () =>
		zeroRange.probe?.(tools, new AbortController().signal),
	)) as SanitizeError;
};

test('only the blkdiscard of util-linux that knows all that is asked of it is taken', async t => {
	const real: Tools = createTools({env: process.env});
	t.like(await zeroRange.probe?.(real, new AbortController().signal), {name: 'blkdiscard (util-linux)'});
	const [version, help] = await Promise.all(
		['version', 'help'].map(async name => captured('blkdiscard', `util-linux-2.38.1-${name}`)),
	);
	const stranger = await probe(t, 'blkdiscard 1.0\n', help ?? '');
	t.is(stranger.code, 'UNSUPPORTED');
	t.regex(stranger.message, /not that of util-linux/);
	const old = await probe(t, version ?? '', (help ?? '').replace('-f, --force', ''));
	t.is(old.code, 'UNSUPPORTED');
	t.regex(old.message, /\(util-linux 2\.38\.1\) does not know --force/);
	t.regex(old.hint ?? '', /eraser direct/);
});
