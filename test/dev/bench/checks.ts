import test from 'ava';
import {checksOf, verdictOf} from '../../../src/dev/bench/checks.ts';
import type {Results, Run, Series} from '../../../src/dev/bench/results.ts';
import {groupTable, renderResults} from '../../../src/dev/bench/table.ts';

const run = (seconds: number, more: Partial<Run> = {}): Run => ({
	seconds,
	eraseSeconds: null,
	verifySeconds: null,
	bytesPerSecond: null,
	committedSeconds: null,
	firstSectorSeconds: null,
	cpuSeconds: 1,
	machineCpuSeconds: 2,
	maxRssBytes: 100e6,
	isOffloaded: null,
	failure: null,
	...more,
});

const series = (
	name: string,
	kind: Series['kind'],
	runs: readonly Run[],
	does: Series['does'] = 'erase',
): Series => ({name, kind, does, command: name, runs});

const resultsWith = (of: readonly Series[]): Results => ({
	format: 1,
	date: '2026-01-01T00:00:00.000Z',
	profile: 'standard',
	seconds: 60,
	machine: {
		...{cpu: 'a', cores: 2, memoryBytes: 8e9, kernel: '6', system: 'Debian', disk: 'ext4'},
		...{loadBefore: [0, 0, 0], loadAfter: [1, 1, 1]},
	},
	versions: {},
	fio: [],
	groups: [{medium: 'tmpfs', bytes: 4 * 1024 ** 3, devices: 1, series: of}],
	start: [],
	kernel: [],
	leftOut: [],
});

const verdicts = (of: readonly Series[]): readonly string[] => checksOf(resultsWith(of)).map(verdictOf);

test('a ratio is one of medians', t => {
	const [best, , documented] = checksOf(
		resultsWith([
			series('zeroize direct', 'ours', [run(2), run(1), run(90)]),
			series('dd as documented', 'peer', [run(10), run(8), run(9)]),
		]),
	);
	t.like(best, {figure: '0.22', holds: true});
	t.like(documented, {figure: '0.22', holds: true, detail: 'zeroize direct 2.00 s, dd as documented 9.00 s'});
});

test('what misses is said to miss, and what was not measured is said not to be', t => {
	const [best, , documented, nwipe] = verdicts([
		series('zeroize direct', 'ours', [run(3)]),
		series('dd as documented', 'peer', [run(5)]),
		series('shred', 'peer', [run(2)]),
	]);
	t.is(best, 'MISS');
	t.is(documented, 'MISS');
	t.is(nwipe, 'not measured');
});

test('who had the device zero the range is not compared with those that wrote every block', t => {
	const [best, byKernel] = checksOf(
		resultsWith([
			series('zeroize direct', 'ours', [run(2)]),
			series('shred', 'peer', [run(4)]),
			series('blkdiscard -z', 'peer', [run(0.1, {isOffloaded: true})]),
		]),
	);
	t.like(best, {figure: '0.50', holds: true});
	t.is(byKernel?.holds, undefined);
});

test('a device whose zeros the kernel wrote is compared by itself', t => {
	const [best, byKernel] = checksOf(
		resultsWith([
			series('zeroize direct', 'ours', [run(8)]),
			series('zeroize zero-range', 'ours', [run(2, {isOffloaded: false})]),
			series('shred', 'peer', [run(4)]),
			series('blkdiscard -z', 'peer', [run(1, {isOffloaded: false})]),
		]),
	);
	t.like(best, {figure: '2.00', holds: false});
	t.like(byKernel, {figure: '2.00', holds: false});
});

test('a run that left something is in no median, and is named', t => {
	const results = resultsWith([
		series('zeroize direct', 'ours', [run(2)]),
		series('shred', 'peer', [run(1, {failure: 'byte 7 is not zero'})]),
	]);
	t.is(checksOf(results)[0]?.holds, undefined);
	const [group] = results.groups;
	const row = group && groupTable(group).rows.find(([name]) => name?.startsWith('shred'));
	t.deepEqual(row?.slice(0, 4), ['shred FAILED: byte 7 is not zero', 'erase', '0', '–']);
	t.regex(renderResults(results), /^!!! 4 GiB on tmpfs: shred FAILED: byte 7 is not zero$/m);
});

test("fio's own figure is held against that of our step", t => {
	const write = checksOf(
		resultsWith([
			series('zeroize direct', 'ours', [run(3, {eraseSeconds: 2})]),
			series('fio write', 'limit', [run(9, {bytesPerSecond: 1024 ** 3 * 2})]),
		]),
	).find(({what}) => what.includes('write bandwidth'));
	t.like(write, {figure: '1.00', holds: true});
});
