import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {ByteRange} from '../../../src/devices/device.ts';
import {runFile} from '../../_helpers/cli.ts';
import {midWrite, signalDd, signalUs} from '../bench/moments.ts';
import {badDevice, loopDevice, resize} from '../bench/subjects.ts';
import {type Expected, type FaultCase, failed, MiB, sanitized, sectors} from '../case.ts';
import {cut, resume} from './resumes.ts';

const totalBytes = 16 * MiB;
// In memory no range can be zeroed at once: the kernel writes the zeros, at this speed.
const slowWrites = loopDevice({totalBytes, writeBytes: 8 * MiB});

type Fault = Omit<FaultCase, 'eraser'>;

const unwritable = (name: string, ranges: readonly ByteRange[]): Fault => ({
	name,
	how: 'nbdkit protects the range, FUSE and a loop device over it',
	subject: badDevice({totalBytes: 3 * MiB, unwritable: ranges}),
	expected: failed('WRITE_FAILED', {unwritable: ranges, nonZero: ranges, left: ranges}),
});

const refused = (code: Expected['code'], says: RegExp): Expected => ({
	outcome: 'refused',
	exitCode: 3,
	code,
	left: 'untouched',
	says,
});

const lying = (name: string, script: string, expected: Expected): Fault => ({
	name,
	how: 'a blkdiscard in front of the real one',
	subject: loopDevice(),
	before: async ({tool}) =>
		tool('blkdiscard', `case $1 in --zeroout) ;; *) exec /usr/sbin/blkdiscard "$@" ;; esac\n${script}`),
	expected,
});

const cases: readonly Fault[] = [
	unwritable('several places take nothing, some across blocks', [
		sectors(77 * 512),
		sectors(MiB - 512, 2),
		sectors(3 * MiB - 512),
	]),
	{
		name: 'mid-write: the device shrinks',
		how: 'truncate and losetup -c, while the loop device is throttled',
		subject: slowWrites,
		during: midWrite(async (_bench, subject) => resize(subject, 12 * MiB)),
		// What was cut off is nowhere any more.
		expected: failed('WRITE_INCOMPLETE', {left: 'unknown'}),
	},
	{
		name: 'blkdiscard is killed by SIGKILL mid-write',
		how: 'kill, while the loop device is throttled',
		subject: slowWrites,
		during: midWrite(signalDd('SIGKILL', 'blkdiscard')),
		expected: failed('ERASER_FAILED', {says: /blkdiscard was killed by SIGKILL/}),
	},
	lying(
		'blkdiscard reports every byte, and zeroed none',
		`echo "$9: Zero-filled $5 bytes from the offset $3"`,
		failed('NOT_ZERO', {nonZero: [{offset: 0, length: MiB}], left: 'untouched'}),
	),
	{
		...lying('blkdiscard is missing', '', refused('TOOL_MISSING', /looking for blkdiscard: /)),
		how: 'in a mount namespace with something else over it',
		before: async () => {},
		run: async (bench, subject) =>
			bench.erase([subject], {
				around: command =>
					`exec unshare --mount bash -c 'for f in $(type -ap blkdiscard); do mount --bind /dev/null "$f"; done; exec "$@"' bash ${command}`,
			}),
	},
	{
		name: 'the device cannot zero ranges by itself',
		how: 'a loop device over memory, once it was asked',
		subject: loopDevice(),
		before: async (_bench, {target}) =>
			void (await runFile('blkdiscard', ['--zeroout', '--length', '4096', target])),
		expected: refused('UNSUPPORTED', /it cannot zero ranges by itself .*\nhint: see: zeroize erasers/),
	},
	{
		name: 'a loop: device cannot zero ranges by itself, which is seen when it is attached',
		how: 'a file on ramfs',
		async subject({teardown, place}) {
			const directory = path.join(place.directory, 'ram');
			await mkdir(directory);
			await runFile('mount', ['-t', 'ramfs', 'ramfs', directory]);
			teardown(async () => void (await runFile('umount', ['--lazy', directory])));
			const store = path.join(directory, 'disk.img');
			await writeFile(store, Buffer.alloc(MiB, 0xa5));
			return {target: `loop:${store}`, store};
		},
		expected: refused(
			'UNSUPPORTED',
			/cannot be erased with zero-range: .*\nhint: use the eraser dd or direct/,
		),
	},
	{
		name: 'the device is read-only',
		how: 'losetup --read-only',
		subject: loopDevice({readOnly: true}),
		expected: refused('DEVICE_READ_ONLY', /read-only/),
	},
	{
		name: 'mid-write: SIGINT',
		how: 'kill, while the loop device is throttled',
		subject: slowWrites,
		during: midWrite(signalUs('SIGINT')),
		expected: {
			outcome: 'interrupted',
			exitCode: 130,
			code: 'INTERRUPTED',
			left: 'some',
			says: /(?:at least \d+ of 16777216 bytes were written|writing had begun)\nhint: /,
		},
	},
	{
		name: 'an interrupted run is resumed',
		how: 'SIGINT, while the loop device is throttled; by then it zeroes no ranges any more',
		subject: slowWrites,
		async run(bench, subject) {
			await cut(bench, subject, signalUs('SIGINT'));
			return resume(bench);
		},
		expected: sanitized,
	},
];

export const zeroRanges: readonly FaultCase[] = cases.map(fault => ({...fault, eraser: 'zero-range'}));
