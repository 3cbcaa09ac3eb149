import {readdir} from 'node:fs/promises';
import test from 'ava';
import {createDdReader, type DdReport} from '../../../src/erasers/dd/report.ts';
import {isFull} from '../../../src/erasers/dd/verdict.ts';
import {complaint, gnuBytes, readReport} from '../../_helpers/dd-captures.ts';
import {captured} from '../../_helpers/fake-tools.ts';

interface Case {
	readonly name: string;
	readonly report: DdReport;
}

const enospc = complaint('No space left on device');

const reports: readonly Case[] = [
	{name: 'coreutils-9.1-enospc', report: {bytes: gnuBytes, finalBytes: gnuBytes, messages: [enospc]}},
	{name: 'coreutils-9.1-count', report: {bytes: 41_943_040, finalBytes: 41_943_040, messages: []}},
	{name: 'coreutils-9.1-file', report: {bytes: 700_000, finalBytes: 700_000, messages: []}},
	{
		name: 'coreutils-9.1-eio',
		report: {bytes: 37_748_736, finalBytes: 37_748_736, messages: [complaint('Input/output error')]},
	},
	{
		name: 'coreutils-9.1-eio-buffered',
		report: {
			bytes: gnuBytes,
			finalBytes: gnuBytes,
			messages: [enospc, complaint('Input/output error', 'fsync failed for')],
		},
	},
	{name: 'coreutils-9.1-store-full', report: {bytes: 8_388_608, finalBytes: 8_388_608, messages: [enospc]}},
	{
		name: 'coreutils-9.1-store-full-buffered',
		report: {
			bytes: 16_777_216,
			finalBytes: 16_777_216,
			messages: [enospc, complaint('Input/output error', 'fsync failed for')],
		},
	},
	{
		name: 'coreutils-9.1-read-only',
		report: {
			bytes: 0,
			finalBytes: 0,
			messages: [complaint('Operation not permitted'), complaint('Input/output error', 'fsync failed for')],
		},
	},
	{
		name: 'coreutils-9.1-full',
		report: {
			bytes: 0,
			finalBytes: 0,
			messages: ["/usr/bin/dd: error writing '/dev/full': No space left on device"],
		},
	},
	{
		name: 'coreutils-9.1-fsync-failed',
		report: {
			bytes: 0,
			finalBytes: 0,
			messages: [
				"/usr/bin/dd: error writing '/dev/full': No space left on device",
				"/usr/bin/dd: fsync failed for '/dev/full': Invalid argument",
			],
		},
	},
	{
		name: 'coreutils-9.1-missing',
		report: {
			bytes: 0,
			finalBytes: undefined,
			messages: ["/usr/bin/dd: failed to open '/dev/does-not-exist': No such file or directory"],
		},
	},
	{name: 'coreutils-9.1-sigint', report: {bytes: 40_894_464, finalBytes: 40_894_464, messages: []}},
	{name: 'coreutils-9.1-sigterm', report: {bytes: 34_603_008, finalBytes: undefined, messages: []}},
	{name: 'coreutils-9.1-sigusr1', report: {bytes: gnuBytes, finalBytes: gnuBytes, messages: [enospc]}},
	{name: 'uutils-0.0.17-count', report: {bytes: 41_943_040, finalBytes: 41_943_040, messages: []}},
	{name: 'uutils-0.0.17-enospc', report: {bytes: 1_048_576, finalBytes: undefined, messages: []}},
	{name: 'uutils-0.0.17-sigusr1', report: {bytes: 1_048_576, finalBytes: undefined, messages: []}},
	{name: 'uutils-0.0.17-sigint', report: {bytes: 1_048_576, finalBytes: undefined, messages: []}},
	{
		name: 'uutils-0.0.17-direct',
		report: {
			bytes: 0,
			finalBytes: undefined,
			messages: ['/usr/lib/cargo/bin/coreutils/dd: IO error: Invalid input'],
		},
	},
	{
		name: 'uutils-0.0.17-full',
		report: {
			bytes: 0,
			finalBytes: undefined,
			messages: ['/usr/lib/cargo/bin/coreutils/dd: IO error: No space left on device'],
		},
	},
	{
		name: 'busybox-1.35.0-enospc',
		report: {
			bytes: 0,
			finalBytes: undefined,
			messages: ["dd: error writing '/dev/loop0': No space left on device"],
		},
	},
	{
		name: 'busybox-1.35.0-sigusr1',
		report: {
			bytes: 0,
			finalBytes: undefined,
			messages: ["dd: error writing '/dev/loop0': No space left on device"],
		},
	},
	{
		name: 'busybox-1.35.0-eio',
		report: {
			bytes: 0,
			finalBytes: undefined,
			messages: ["dd: error writing '/dev/loop0': Input/output error"],
		},
	},
	{name: 'busybox-1.35.0-count', report: {bytes: 0, finalBytes: undefined, messages: []}},
	{name: 'busybox-1.35.0-sigint', report: {bytes: 0, finalBytes: undefined, messages: []}},
	{
		name: 'busybox-1.35.0-full',
		report: {bytes: 0, finalBytes: undefined, messages: ["dd: invalid argument 'nocreat' to 'conv'"]},
	},
];

for (const {name, report} of reports) {
	test(`what dd said is read alike however it is cut: ${name}`, async t => {
		const text = await captured('dd', name);
		t.deepEqual(readReport(text), report);
		t.deepEqual(readReport(...text), report);
		for (let at = 1; at < text.length; at += 1) {
			t.deepEqual(readReport(text.slice(0, at), text.slice(at)), report);
		}
	});
}

test('every captured run of dd has a case', async t => {
	const files = await readdir(new URL('../../../fixtures/output/dd', import.meta.url));
	const runs = files.filter(file => !file.endsWith('-version.txt')).toSorted();
	t.deepEqual(runs, reports.map(({name}) => `${name}.txt`).toSorted());
});

test('progress never shows a number before all its digits are there', async t => {
	const text = await captured('dd', 'coreutils-9.1-enospc');
	const counts = new Set([0, ...Array.from(text.matchAll(/^(\d+) bytes/gm), match => Number(match[1]))]);
	const reader = createDdReader();
	const seen = Array.from(text, character => reader.push(character));
	t.true(seen.every(bytes => counts.has(bytes)));
	t.deepEqual(new Set(seen), counts);
	t.deepEqual(
		seen,
		seen.toSorted((a, b) => a - b),
	);
});

test('a progress line counts as soon as it is there, not when the next one comes', t => {
	const reader = createDdReader();
	t.is(reader.push('\r16777216 byte'), 0);
	t.is(reader.push('s (17 MB'), 16_777_216);
});

test('a report that SIGUSR1 asked for is not the final one', async t => {
	const text = await captured('dd', 'coreutils-9.1-sigusr1');
	const upToError = text.slice(0, text.indexOf('\n', text.indexOf('error writing')) + 1);
	t.true(upToError.includes('39845888 bytes'));
	t.is(readReport(upToError).finalBytes, undefined);
});

test('nothing more fits: only words about writing count', t => {
	t.true(isFull(enospc));
	t.true(isFull("dd: writing `/dev/sda': No space left on device"));
	t.false(isFull("dd: fsync failed for '/dev/sda': No space left on device"));
	t.false(isFull("dd: failed to open '/dev/sda': No space left on device"));
	t.false(isFull(complaint('Input/output error')));
});
