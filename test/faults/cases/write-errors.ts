import type {ByteRange} from '../../../src/devices/device.ts';
import {badDevice, badFile} from '../bench/subjects.ts';
import {type EraserName, type FaultCase, MiB, sectors, withBoth} from '../case.ts';

const totalBytes = 3 * MiB;

/** Places that take nothing: each is named, and nothing else is left. */
const unwritable = (
	name: string,
	ranges: readonly ByteRange[],
	erasers: readonly EraserName[] = ['dd', 'direct'],
	options: {readonly sectorSize?: number; readonly named?: readonly ByteRange[]} = {},
): readonly FaultCase[] =>
	withBoth(() => ({
		name,
		how: 'nbdkit protects the range, FUSE and a loop device over it',
		subject: badDevice({totalBytes, unwritable: ranges}, {sectorSize: options.sectorSize ?? 512}),
		expected: {
			outcome: 'failed',
			exitCode: 4,
			code: 'WRITE_FAILED',
			unwritable: options.named ?? ranges,
			nonZero: options.named ?? ranges,
			left: ranges[0]?.length === totalBytes ? 'untouched' : (options.named ?? ranges),
			says: /^hint: do not release the device/m,
		},
	})).filter(({eraser}) => eraser !== null && erasers.includes(eraser));

const everyOther = (offset: number, count: number): readonly ByteRange[] =>
	Array.from({length: count}, (_, index) => sectors(offset + index * 1024)).flat();

const fickle = (failures: number, when: string): readonly FaultCase[] =>
	withBoth(() => ({
		name: `a bad sector that takes data at the ${when} retry`,
		how: `nbdkit's eval fails its first ${failures} writes`,
		subject: badDevice({totalBytes, fickle: {range: sectors(MiB + 512), failures}}),
		expected: {outcome: 'sanitized', exitCode: 0, code: null, left: []},
	}));

const unreadable = sectors(2 * MiB + 1024);

export const writeErrors: readonly FaultCase[] = [
	...unwritable('the first sector takes nothing', [sectors(0)], ['dd']),
	...unwritable('a sector in the middle takes nothing', [sectors(MiB + 5 * 512)]),
	...unwritable('the last sector takes nothing', [sectors(totalBytes - 512)], ['direct']),
	...unwritable('several places take nothing, some across blocks', [
		sectors(77 * 512),
		sectors(79 * 512, 3),
		sectors(MiB - 512, 2),
		sectors(2 * MiB),
	]),
	...unwritable('a whole MiB takes nothing', [sectors(MiB, 2048)], ['direct']),
	...unwritable('every other sector of 64 KiB takes nothing', everyOther(MiB, 64), ['dd']),
	...unwritable('every other sector of a whole block takes nothing', everyOther(MiB, 1024), ['direct']),
	...unwritable('everything from a point on takes nothing', [sectors(MiB + 512, 4095)]),
	...unwritable('the device takes nothing at all', [sectors(0, 6144)]),
	...unwritable('a bad sector of 4 KiB', [sectors(MiB + 8192, 8)], ['dd', 'direct'], {sectorSize: 4096}),
	...unwritable(
		'512 bad bytes in a sector of 4 KiB: nbdkit takes the rest of it',
		[sectors(MiB + 8704)],
		['direct'],
		{
			sectorSize: 4096,
			named: [sectors(MiB + 8192, 8)],
		},
	),
	...fickle(1, '1st'),
	...fickle(3, '3rd'),
	...withBoth(eraser => ({
		name: 'the final sync fails',
		how: "nbdkit's eval fails each flush",
		subject: badDevice({totalBytes, failsFlush: true}),
		expected: {
			outcome: 'failed',
			exitCode: 4,
			code: eraser === 'dd' ? 'WRITE_FAILED' : 'SYNC_FAILED',
			left: [],
			says: /^hint: /m,
		},
	})),
	...withBoth(() => ({
		name: 'a sector cannot be read back',
		how: "nbdkit's eval fails reads of it",
		subject: badDevice({totalBytes, unreadable: [unreadable]}),
		expected: {outcome: 'failed', exitCode: 4, code: 'UNREADABLE', unreadable: [unreadable], left: []},
	})),
	{
		name: 'one sector takes nothing, another cannot be read back',
		how: "nbdkit's eval and protect",
		eraser: 'direct',
		subject: badDevice({totalBytes, unwritable: [sectors(512)], unreadable: [unreadable]}),
		expected: {
			outcome: 'failed',
			exitCode: 4,
			code: 'WRITE_FAILED',
			unwritable: [sectors(512)],
			nonZero: [sectors(512)],
			unreadable: [unreadable],
			left: [sectors(512)],
		},
	},
	...withBoth(() => ({
		name: 'the last bytes of a file, that fill no sector, take nothing',
		how: "nbdkit's eval fails writes of them",
		subject: badFile({
			totalBytes: totalBytes + 700,
			fickle: {range: {offset: totalBytes + 512, length: 188}, failures: 1000},
		}),
		expected: {
			outcome: 'failed',
			exitCode: 4,
			code: 'WRITE_FAILED',
			unwritable: [{offset: totalBytes, length: 700}],
			nonZero: [{offset: totalBytes, length: 700}],
			left: [{offset: totalBytes, length: 700}],
		},
	})),
];
