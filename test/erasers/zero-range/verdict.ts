import test from 'ava';
import {readReport} from '../../../src/erasers/zero-range/report.ts';
import {judgeEnd} from '../../../src/erasers/zero-range/verdict.ts';
import {type ErrorCode, errnoOf, SanitizeError} from '../../../src/errors.ts';
import {captured} from '../../_helpers/fake-tools.ts';

const MiB = 1024 ** 2;
const totalBytes = 64 * MiB + 512;

interface End {
	readonly text: string;
	readonly exitCode?: number;
	readonly signal?: string;
	readonly length?: number;
	readonly offset?: number;
}

const judge = ({text, exitCode, signal, length = totalBytes, offset = 0}: End) => {
	const range = {offset, length};
	return judgeEnd({...readReport(text, range), exitCode, signal}, range, {path: '/dev/sdz', totalBytes});
};

const read = async (name: string) => captured('blkdiscard', `util-linux-2.38.1-${name}`);

test('the whole range with exit code 0 is the end', async t => {
	t.deepEqual(judge({text: await read('whole'), exitCode: 0}), {bytes: totalBytes});
	t.deepEqual(judge({text: await read('slow'), exitCode: 0, length: 64 * MiB}), {bytes: 64 * MiB});
});

test('a write error is a place to go on from, behind what was counted', async t => {
	const {bytes, failure} = judge({text: await read('eio'), exitCode: 1});
	t.is(bytes, 40 * MiB);
	t.is(failure?.code, 'WRITE_FAILED');
	t.is(errnoOf(failure?.cause), 'EIO');
});

const failures: ReadonlyArray<readonly [string, Partial<End> & {capture?: string}, ErrorCode, RegExp]> = [
	[
		'it was killed',
		{capture: 'sigint', signal: 'SIGINT'},
		'ERASER_FAILED',
		/killed by SIGINT after at least 0 bytes/,
	],
	[
		'it ended before the range did',
		{capture: 'short', exitCode: 0, offset: 64 * MiB, length: MiB},
		'WRITE_INCOMPLETE',
		/no more than 67109376 of/,
	],
	['it found no size', {capture: 'detached', exitCode: 0}, 'WRITE_INCOMPLETE', /no more than 0 of/],
	[
		'the device ends before the range',
		{capture: 'behind', exitCode: 1},
		'WRITE_INCOMPLETE',
		/no more than 0 of/,
	],
	[
		'the kernel says that it ends before',
		{text: 'blkdiscard: x: BLKZEROOUT ioctl failed: Invalid argument', exitCode: 1},
		'WRITE_INCOMPLETE',
		/no more than/,
	],
	['its store is full', {capture: 'store-full', exitCode: 1}, 'WRITE_INCOMPLETE', /no more than/],
	[
		'it may not be written to',
		{capture: 'read-only', exitCode: 1},
		'WRITE_FAILED',
		/Operation not permitted/,
	],
	[
		'it was pointed at something else',
		{capture: 'no-block', exitCode: 1},
		'WRITE_FAILED',
		/not a block device/,
	],
	['it says nothing', {text: '', exitCode: 1}, 'ERASER_FAILED', /exit code 1 .* says nothing/],
	['it complains and ends with 0', {capture: 'eio', exitCode: 0}, 'ERASER_FAILED', /cannot be understood/],
	[
		'it counts too many bytes',
		{capture: 'whole', exitCode: 0, length: MiB},
		'ERASER_FAILED',
		/counts 67109376 of 1048576/,
	],
];

for (const [title, {capture, ...end}, code, message] of failures) {
	test(`blkdiscard has failed when ${title}`, async t => {
		const text = capture === undefined ? (end.text ?? '') : await read(capture);
		const error = t.throws(() => judge({...end, text}), {instanceOf: SanitizeError}) as SanitizeError;
		t.is(error.code, code);
		t.regex(error.message, message);
		t.regex(error.hint ?? '', /do not release the device/);
	});
}
