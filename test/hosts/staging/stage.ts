import {writeFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import packageJson from '../../../package.json' with {type: 'json'};
import {build} from '../../../src/dev/build.ts';
import {stage, stagedExecutable} from '../../../src/hosts/staging/stage.ts';
import {parseEvents} from '../../_helpers/cli.ts';
import {run} from '../../_helpers/executable.ts';
import {failure} from '../../_helpers/failure.ts';
import {temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {attachLoop, isRoot, randomFile} from '../../_helpers/loop.ts';
import type {StageOrder, StageReport} from '../../_helpers/stage-child.ts';
import {mountTmpfs} from '../../_helpers/tmpfs.ts';

const asRoot = isRoot ? test.serial : test.serial.skip;

const programs = [
	'dd',
	'lsblk',
	'blockdev',
	'umount',
	'swapoff',
	'dmsetup',
	'mount',
	'losetup',
	'poweroff',
	'blkid',
];

let directory = '';
let executable = '';

test.before(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'zeroize-stage-'));
	executable = (await build(directory))[process.arch === 'arm64' ? 'arm64' : 'x64'];
});

test.after.always(async () => rm(directory, {recursive: true, force: true}));

const stageAndRun = async (
	t: ExecutionContext,
	...commands: ReadonlyArray<readonly string[]>
): Promise<StageReport> => {
	const order: StageOrder = {
		directory: path.join(await temporaryDirectory(t), 'initramfs'),
		executable,
		programs,
		commands,
	};
	const child = path.join(import.meta.dirname, '../../_helpers/stage-child.ts');
	return JSON.parse(
		await run('unshare', ['--mount', process.execPath, child, JSON.stringify(order)]),
	) as StageReport;
};

asRoot('every program that was taken along runs in RAM with nothing else there', async t => {
	await using image = await randomFile(1024 ** 2);
	await using device = await attachLoop(image.path);
	const {results, ...found} = await stageAndRun(
		t,
		['/shutdown', '--version'],
		[stagedExecutable, '--version'],
		['dd', 'if=/dev/zero', 'of=/tmp/zeros', 'bs=1M', 'count=1'],
		['lsblk', '--noheadings', '--output', 'NAME', device.path],
		['blockdev', '--getsize64', device.path],
		['mount', '-t', 'tmpfs', 'tmpfs', '/oldroot'],
		['umount', '/oldroot'],
		['swapoff', '--version'],
		['dmsetup', 'version'],
		['losetup', '--noheadings', '--output', 'NAME', device.path],
		['poweroff', '--help'],
	);
	t.deepEqual(
		results.filter(({command, exitCode}) => exitCode !== 0 && command !== 'dmsetup version'),
		[],
	);
	const outputOf = (start: string) => results.find(({command}) => command.startsWith(start))?.stdout.trim();
	t.is(outputOf('/shutdown'), packageJson.version);
	t.is(outputOf('/zeroize'), packageJson.version);
	t.is(outputOf('lsblk'), path.basename(device.path));
	t.is(outputOf('blockdev'), `${1024 ** 2}`);
	t.regex(outputOf('dmsetup') ?? '', /^Library version:/);
	t.deepEqual(found.left, []);
});

asRoot('the program is stored once, and nothing is there that was not asked for', async t => {
	const {plan, usedBytes, top, shutdown, zeroize, library, isNoexec} = await stageAndRun(t);
	t.deepEqual(shutdown, zeroize);
	t.is(shutdown.mode, 0o755);
	t.is(library.mode, 0o755);
	t.false(isNoexec);
	t.true(usedBytes > plan.executable.totalBytes);
	t.true(usedBytes <= plan.totalBytes, `${usedBytes} of ${plan.totalBytes}`);
	t.true(plan.totalBytes < 160e6, `${plan.totalBytes}`);
	const ownLinks = plan.links.map(link => link.path).filter(place => path.dirname(place) === '/');
	t.deepEqual(
		top,
		[
			...new Set([
				...['dev', 'etc', 'oldroot', 'proc', 'run', 'shutdown', 'sys', 'tmp', 'usr', 'zeroize'],
				...ownLinks.map(place => place.slice(1)),
			]),
		].sort(),
	);
});

asRoot('from RAM a device is erased and verified', async t => {
	const bytes = 8 * 1024 ** 2;
	await using image = await randomFile(bytes);
	await using device = await attachLoop(image.path);
	const {results} = await stageAndRun(t, [
		...['/shutdown', 'run', 'erase', '--device', device.path, '--confirm', device.path],
		...['--progress', 'json', '--state-dir', '/tmp', '--log-dir', '/tmp/log'],
	]);
	const [result] = results;
	t.is(result?.exitCode, 0, result?.stderr);
	t.like(parseEvents(result?.stdout ?? '').at(-1), {type: 'run.finished', outcome: 'sanitized'});
});

asRoot('a tmpfs that is too small is said to be full', async t => {
	const place = await mountTmpfs(t, path.join(await temporaryDirectory(t), 'small'));
	const file = {path: process.execPath, totalBytes: 0, mode: 0o755};
	const error = await failure(t, stage({executable: file, files: [], links: [], totalBytes: 0}, place));
	t.is(error.code, 'NO_SPACE');
	t.regex(error.message, new RegExp(`^copying ${process.execPath} to RAM: no space left on device`));
});

asRoot('a place that is not empty is refused', async t => {
	const place = await temporaryDirectory(t);
	const small = path.join(place, 'program');
	writeFileSync(small, '');
	writeFileSync(path.join(place, 'zeroize'), 'theirs');
	const file = {path: small, totalBytes: 0, mode: 0o755};
	const error = await failure(t, stage({executable: file, files: [], links: [], totalBytes: 0}, place));
	t.is(error.code, 'PLACE_UNUSABLE');
	t.regex(error.message, /file already exists/);
});
