import test from 'ava';
import {judgeEnd} from '../../../src/erasers/dd/verdict.ts';
import {type ErrorCode, errnoOf, SanitizeError} from '../../../src/errors.ts';
import {complaint, gnuBytes, readReport} from '../../_helpers/dd-captures.ts';
import {captured} from '../../_helpers/fake-tools.ts';

const ends: ReadonlyArray<{
	readonly title: string;
	readonly capture: string;
	readonly exitCode?: number;
	readonly signal?: string;
	readonly kind?: 'file' | 'loop';
	readonly totalBytes?: number;
	readonly expected: number | ErrorCode;
}> = [
	{title: 'ENOSPC at the size', capture: 'enospc', exitCode: 1, expected: gnuBytes},
	{
		title: 'ENOSPC past the size, which the step judges',
		capture: 'enospc',
		exitCode: 1,
		totalBytes: 1024,
		expected: gnuBytes,
	},
	{
		title: 'ENOSPC before the size',
		capture: 'enospc',
		exitCode: 1,
		totalBytes: gnuBytes + 512,
		expected: 'WRITE_INCOMPLETE',
	},
	{title: 'ENOSPC at nothing', capture: 'full', exitCode: 1, expected: 'WRITE_INCOMPLETE'},
	{
		title: 'ENOSPC because the store is full',
		capture: 'store-full',
		exitCode: 1,
		expected: 'WRITE_INCOMPLETE',
	},
	{
		title: 'ENOSPC at the size, but fsync failed',
		capture: 'eio-buffered',
		exitCode: 1,
		expected: 'WRITE_FAILED',
	},
	{title: 'ENOSPC at the size with exit code 0', capture: 'enospc', exitCode: 0, expected: 'ERASER_FAILED'},
	{title: 'ENOSPC at the size with exit code 2', capture: 'enospc', exitCode: 2, expected: 'ERASER_FAILED'},
	{title: 'a refused write', capture: 'read-only', exitCode: 1, expected: 'WRITE_FAILED'},
	{
		title: 'exit code 0 on a device',
		capture: 'count',
		exitCode: 0,
		totalBytes: 41_943_040,
		expected: 'ERASER_FAILED',
	},
	{
		title: 'exit code 1 without a complaint',
		capture: 'count',
		exitCode: 1,
		totalBytes: 41_943_040,
		expected: 'ERASER_FAILED',
	},
	{title: 'a node that has gone', capture: 'missing', exitCode: 1, expected: 'ERASER_FAILED'},
	{title: 'SIGBUS after ENOSPC', capture: 'enospc', signal: 'SIGBUS', expected: 'ERASER_FAILED'},
	{title: 'SIGTERM', capture: 'sigterm', signal: 'SIGTERM', expected: 'ERASER_FAILED'},
	{title: 'no final report', capture: 'sigterm', exitCode: 1, expected: 'ERASER_FAILED'},
	{
		title: 'the count of a file',
		capture: 'file',
		exitCode: 0,
		kind: 'file',
		totalBytes: 700_000,
		expected: 700_000,
	},
	{
		title: 'a file with exit code 1',
		capture: 'file',
		exitCode: 1,
		kind: 'file',
		totalBytes: 700_000,
		expected: 'ERASER_FAILED',
	},
	{
		title: 'a file that took less',
		capture: 'file',
		exitCode: 0,
		kind: 'file',
		totalBytes: 700_001,
		expected: 'WRITE_INCOMPLETE',
	},
	{
		title: 'a file whose file system is full',
		capture: 'store-full',
		exitCode: 1,
		kind: 'file',
		expected: 'WRITE_INCOMPLETE',
	},
];

for (const {title, capture, exitCode, signal, kind = 'loop', totalBytes = gnuBytes, expected} of ends) {
	test(`the end of dd is judged: ${title}`, async t => {
		const report = readReport(await captured('dd', `coreutils-9.1-${capture}`));
		const judge = () => judgeEnd({...report, exitCode, signal}, {kind, path: '/dev/loop0', totalBytes});
		if (typeof expected === 'number') {
			t.deepEqual(judge(), {bytes: expected});
			return;
		}

		const error = t.throws(judge, {instanceOf: SanitizeError}) as SanitizeError;
		t.is(error.code, expected);
		t.truthy(error.hint);
	});
}

const facts = {kind: 'loop', path: '/dev/loop0', totalBytes: gnuBytes} as const;

test('an I/O error tells where it was: right behind the count', async t => {
	const report = readReport(await captured('dd', 'coreutils-9.1-eio'));
	const {bytes, failure} = judgeEnd({...report, exitCode: 1, signal: undefined}, facts);
	t.is(bytes, 37_748_736);
	t.is(failure?.code, 'WRITE_FAILED');
	t.is(errnoOf(failure?.cause), 'EIO');
});

test('a dd that started further on need only have written the rest', async t => {
	const report = readReport(await captured('dd', 'coreutils-9.1-enospc'));
	const end = {...report, exitCode: 1, signal: undefined};
	const more = {...facts, totalBytes: gnuBytes + 1_048_576};
	t.throws(() => judgeEnd(end, more), {code: 'WRITE_INCOMPLETE'});
	t.deepEqual(judgeEnd(end, more, 1_048_576), {bytes: gnuBytes});
});

for (const [reason, errno] of Object.entries({
	'Input/output error': 'EIO',
	'No data available': 'ENODATA',
	'Remote I/O error': 'EREMOTEIO',
	'Invalid or incomplete multibyte or wide character': 'EILSEQ',
	'Connection timed out': 'ETIMEDOUT',
	'No such device': 'ENODEV',
	'No such device or address': 'ENXIO',
	'Read-only file system': null,
	'Operation not permitted': null,
})) {
	test(`dd stopped by "${reason}" ${errno === null ? 'has failed' : `met ${errno} at one place`}`, t => {
		const end = {finalBytes: 512, bytes: 512, messages: [complaint(reason)], exitCode: 1, signal: undefined};
		if (errno === null) {
			t.throws(() => judgeEnd(end, facts), {code: 'WRITE_FAILED', message: new RegExp(reason)});
			return;
		}

		t.is(errnoOf(judgeEnd(end, facts).failure?.cause), errno);
		// Where something else is wrong too, its count is no proof of the place.
		const fsync = complaint(reason, 'fsync failed for');
		t.throws(() => judgeEnd({...end, messages: [...end.messages, fsync]}, facts), {code: 'WRITE_FAILED'});
		t.throws(() => judgeEnd({...end, exitCode: 0}, facts), {code: 'WRITE_FAILED'});
	});
}
