import test from 'ava';
import {requireEnd} from '../../../src/erasers/dd/verdict.ts';
import {type ErrorCode, SanitizeError} from '../../../src/errors.ts';
import {gnuBytes, readReport} from '../../_helpers/dd-captures.ts';
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
	{title: 'an I/O error', capture: 'eio', exitCode: 1, expected: 'WRITE_FAILED'},
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
		const judge = () => requireEnd({...report, exitCode, signal}, {kind, path: '/dev/loop0', totalBytes});
		if (typeof expected === 'number') {
			t.is(judge(), expected);
			return;
		}

		const error = t.throws(judge, {instanceOf: SanitizeError}) as SanitizeError;
		t.is(error.code, expected);
		t.truthy(error.hint);
	});
}
