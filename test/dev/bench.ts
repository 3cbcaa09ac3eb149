import {spawnSync} from 'node:child_process';
import {chmod, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import tmp from 'tmp';
import {$} from 'zx';
import {drawPlots} from '../../src/dev/bench/plot.ts';
import {generateBenchmark} from '../../src/dev/bench/readme.ts';
import type {Results} from '../../src/dev/bench/results.ts';
import {isRoot} from '../_helpers/loop.ts';

tmp.setGracefulCleanup();

const root = path.join(import.meta.dirname, '../..');

const bench = path.join(root, 'src/dev/bench.ts');

const read = async (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');

const committed: Results = JSON.parse(await read('bench/results.json'));

test("the README's section on speed is what bench/results.json makes of it", async t => {
	const readme = await read('README.md');
	const hint = 'README.md is stale: npm run bench -- --redraw --readme';
	t.is(generateBenchmark(readme, committed).text, readme, hint);
});

test('the plots are those of bench/results.json, and all that the README shows', async t => {
	const plots = drawPlots(committed);
	t.true(plots.length > 0);
	for (const {file, svg} of plots) {
		t.is(await read(`bench/${file}`), svg, file);
	}

	const shown = (await read('README.md')).matchAll(/\]\(bench\/([a-z]+\.svg)\)/g).map(([, file]) => file);
	t.deepEqual(
		[...shown],
		plots.map(({file}) => file),
	);
});

test('a README without the marks is refused, not overwritten', t => {
	t.throws(() => generateBenchmark('# a\n', committed), {message: /has lost its lines/});
});

// One after the other: each looks for what the others would have left.
const serial = isRoot ? test.serial : test.serial.skip;

/** A directory with this checkout's program in it. */
const place = async () => {
	const {name: directory} = tmp.dirSync({prefix: 'zeroize-bench-test-', unsafeCleanup: true});
	const zeroize = path.join(directory, 'zeroize');
	await writeFile(zeroize, `#!/bin/sh\nexec '${process.execPath}' '${path.join(root, 'src/cli.ts')}' "$@"\n`);
	await chmod(zeroize, 0o755);
	return {directory, zeroize};
};

/** What a bench attaches and makes. */
const traces = async (): Promise<readonly string[]> => {
	const {stdout} = await $({quiet: true})`losetup --noheadings --output BACK-FILE`;
	const files = await readdir('/dev/shm');
	return [...stdout.split('\n'), ...files].filter(name => name.includes('zeroize-bench-'));
};

serial('a tiny run measures, checks, cleans up and writes what can be read again', async t => {
	const {directory, zeroize} = await place();
	const before = await traces();
	const out = path.join(directory, 'out');
	const only = ['zeroize direct', 'dd direct 4M', 'blkdiscard'].flatMap(name => ['--only', name]);
	const args = ['--sizes', '16MiB', '--runs', '1', ...only, '--zeroize', zeroize, '--out', out];
	const {exitCode, stdout, stderr} = await $({
		quiet: true,
		nothrow: true,
		timeout: '200s',
	})`${process.execPath} ${bench} ${args}`;
	t.is(exitCode, 0, stderr);
	t.regex(stdout, /^start to first byte written .* (?:pass|MISS) /m);
	const results: Results = JSON.parse(await readFile(path.join(out, 'results.json'), 'utf8'));
	const [group] = results.groups;
	t.deepEqual(
		group?.series.map(({name, runs}) => [name, runs.map(({failure}) => failure)]),
		[
			['zeroize direct', [null]],
			['zeroize direct, verify', [null]],
			['dd direct 4M', [null]],
			['blkdiscard -z', [null]],
		],
	);
	for (const {runs} of group?.series ?? []) {
		t.true(runs.every(({seconds, maxRssBytes}) => seconds > 0 && maxRssBytes > 1e6));
	}

	const [erased, verified, , zeroed] = group?.series.map(({runs}) => runs[0]) ?? [];
	t.true((erased?.eraseSeconds ?? 0) > 0 && (erased?.committedSeconds ?? 0) > 0);
	t.is(erased?.verifySeconds, null);
	t.true((verified?.verifySeconds ?? 0) > 0);
	t.is(typeof zeroed?.isOffloaded, 'boolean');
	t.true(
		results.start.every(({runs}) => runs.every(({firstSectorSeconds}) => (firstSectorSeconds ?? 0) > 0)),
	);
	t.is(results.kernel.length, 4);
	t.regex(await readFile(path.join(out, 'speed.svg'), 'utf8'), /^<svg /);
	t.deepEqual(await traces(), before);
});

serial('a tool that is not there is named with its package, and nothing is measured', async t => {
	const {directory, zeroize} = await place();
	// Nothing else of Debian is on this PATH.
	await symlink('/bin/bash', path.join(directory, 'bash'));
	const {status, stderr} = spawnSync(process.execPath, [bench, '--only', 'nwipe', '--zeroize', zeroize], {
		env: {PATH: directory},
		encoding: 'utf8',
		timeout: 200_000,
	});
	t.is(status, 1);
	t.regex(stderr, /^bench: .*nwipe.* not found; on Debian: apt-get install .*nwipe/m);
});

serial('Ctrl-C ends it in the middle, and nothing is left', async t => {
	const {directory, zeroize} = await place();
	const before = await traces();
	const args = ['--sizes', '64MiB', '--runs', '50', '--only', 'blkdiscard', '--zeroize', zeroize];
	const child = $({
		quiet: true,
		nothrow: true,
		timeout: '200s',
	})`exec ${process.execPath} ${bench} ${args} --out ${directory} 2>&1`;
	for await (const line of child) {
		if (line.includes('2 of 50')) {
			process.kill(child.pid ?? 0, 'SIGINT');
		}
	}

	const {exitCode, stdout} = await child;
	t.is(exitCode, 130);
	t.regex(stdout, /^bench: stopped; nothing is left attached$/m);
	t.deepEqual(await traces(), before);
});

test('its help fits 80 columns', t => {
	const {stdout} = spawnSync(process.execPath, [bench, '--help'], {encoding: 'utf8'});
	t.deepEqual(
		stdout.split('\n').filter(line => line.length > 80),
		[],
	);
});
