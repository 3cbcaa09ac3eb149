import {spawnSync} from 'node:child_process';
import {chmod, chown, mkdir, readdir, readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import packageJson from '../../package.json' with {type: 'json'};
import {buildBefore} from '../_helpers/built.ts';
import {isAllZero, parseEvents} from '../_helpers/cli.ts';
import {fillRoot, hasTool, readNeeds, readSegments, run, timesOfVersion} from '../_helpers/executable.ts';
import {isRoot} from '../_helpers/loop.ts';

const root = path.join(import.meta.dirname, '../..');

const MB = 1e6;

// Where one is missing its tests are skipped, and say so.
const needing = async (...tools: readonly string[]) => {
	for (const tool of tools) {
		if (!(await hasTool(tool))) {
			return test.serial.skip;
		}
	}

	return test.serial;
};

const withXz = await needing('xz');
const withReadelf = await needing('readelf');
const withStrace = await needing('strace');
const withQemu = await needing('qemu-aarch64');
const asRoot = isRoot ? test.serial : test.serial.skip;
const native = process.arch === 'x64' ? test.serial : test.serial.skip;

const {built, place} = buildBefore();

const checkout = async (...args: readonly string[]): Promise<string> =>
	run(process.execPath, [path.join(root, 'src/cli.ts'), ...args]);

test.serial('two executables are built, and nothing is left beside them', async t => {
	t.deepEqual((await readdir(built.directory)).sort(), ['zeroize', 'zeroize-arm64']);
	t.is(built.x64, path.join(built.directory, 'zeroize'));
	t.is(built.arm64, path.join(built.directory, 'zeroize-arm64'));
});

for (const architecture of ['x64', 'arm64'] as const) {
	test.serial(`${architecture}: the file is under 160 MB`, async t => {
		const {size, mode} = await stat(built[architecture]);
		t.true(size < 160 * MB, `${size}`);
		t.is(mode & 0o777, 0o755);
	});

	withReadelf(`${architecture}: glibc 2.28 and libstdc++ with GLIBCXX_3.4.21 are enough`, async t => {
		const {libraries, highest} = await readNeeds(built[architecture]);
		const loader = {x64: 'ld-linux-x86-64.so.2', arm64: 'ld-linux-aarch64.so.1'}[architecture];
		t.deepEqual(
			libraries,
			[
				loader,
				'libc.so.6',
				'libdl.so.2',
				'libgcc_s.so.1',
				'libm.so.6',
				'libpthread.so.0',
				'libstdc++.so.6',
			].sort(),
		);
		t.is(highest('GLIBC'), '2.28');
		t.is(highest('GLIBCXX'), '3.4.21');
	});

	withReadelf(`${architecture}: it is an executable for its processor, with the program inside`, async t => {
		const machine = {x64: 'Advanced Micro Devices X86-64', arm64: 'AArch64'}[architecture];
		t.regex(await run('readelf', ['--file-header', built[architecture]]), new RegExp(`Machine: +${machine}`));
		// Kernels for Arm use pages of up to 64 KiB.
		const segments = await readSegments(built[architecture], {x64: 4096, arm64: 65_536}[architecture]);
		t.true(segments.length > 2);
		t.true(
			segments.every(({offset, address}) => offset === address),
			JSON.stringify(segments),
		);
		const content = await readFile(built[architecture]);
		t.true(content.includes('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1'));
		t.true(content.includes('NODE_SEA_BLOB\0'));
		t.true(content.includes(await readFile(path.join(root, 'recipes/ssr-zeroize.yaml'))));
	});
}

withXz('it is under 35 MB compressed, even with little effort', async t => {
	const compressed = path.join(await place(t), 'zeroize.xz');
	await run('sh', ['-c', 'xz -1 --threads=0 --stdout "$1" > "$2"', 'sh', built.x64, compressed]);
	const {size} = await stat(compressed);
	t.true(size < 35 * MB, `${size}`);
});

native('--version takes a fraction of a second', async t => {
	t.is(await run(built.x64, ['--version']), `${packageJson.version}\n`);
	const [seconds = 0] = await timesOfVersion(built.x64);
	t.true(seconds > 0);
	t.true(seconds < 0.3, `${seconds}`);
});

for (const args of [
	['recipes', '--json'],
	['erasers', '--json'],
	['steps'],
	['run', '--help'],
	['completion', 'bash'],
	['complete', '--', 're'],
]) {
	native(`"zeroize ${args.join(' ')}" says the same as from a checkout`, async t => {
		t.is(await run(built.x64, args, {cwd: '/'}), await checkout(...args));
	});
}

native('it draws the same page as a checkout, and reads no file beside it', async t => {
	const work = await place(t);
	const certificate = path.join(root, 'fixtures/certificates/long.json');
	const [ours, other] = [path.join(work, 'a.pdf'), path.join(work, 'b.pdf')];
	await run(built.x64, ['certificate', 'pdf', certificate, '--output', ours], {cwd: '/'});
	await checkout('certificate', 'pdf', certificate, '--output', other);
	t.deepEqual(await readFile(ours), await readFile(other));
});

native('it runs the tools of the system', async t => {
	const devices = JSON.parse(await run(built.x64, ['devices', '--json'], {cwd: '/'}));
	t.true(Array.isArray(devices));
	t.true(devices.every((device: {readonly path: string}) => device.path.startsWith('/dev/')));
});

native('NODE_OPTIONS does not reach it', async t => {
	const env = {NODE_OPTIONS: '--require /missing.js'};
	t.is(await run(built.x64, ['--version'], {env}), `${packageJson.version}\n`);
});

native('an unknown recipe is refused with the names of those inside', t => {
	const args = ['plan', 'bogus', '--device', '/dev/zeroize-missing'];
	const {status, stderr} = spawnSync(built.x64, args, {encoding: 'utf8', env: {}});
	t.is(status, 2);
	t.regex(stderr, /there is no recipe "bogus"/);
	t.regex(stderr, /hint: .*decommission, erase, ssr-zeroize, verify-only/);
});

asRoot('it starts in a root with its libraries alone, and carries out a rehearsal there', async t => {
	const jail = await place(t);
	await chmod(jail, 0o755);
	await fillRoot(jail, built.x64);
	const inJail = async (...args: readonly string[]) =>
		run('chroot', ['--userspec=65534:65534', jail, '/zeroize', ...args], {env: {TMPDIR: '/work'}});
	t.is(await inJail('--version'), `${packageJson.version}\n`);
	t.is(await inJail('recipes'), await checkout('recipes'));

	// A rehearsal looks at what is mounted, and needs a place for its file and its records.
	await mkdir(path.join(jail, 'proc'));
	await mkdir(path.join(jail, 'work'));
	await chown(path.join(jail, 'work'), 65_534, 65_534);
	const bytes = 4 * 1024 ** 2;
	const output = await run(
		'unshare',
		[
			...['--mount', '--pid', '--fork', `--mount-proc=${path.join(jail, 'proc')}`],
			...['chroot', '--userspec=65534:65534', jail, '/zeroize', 'rehearse', 'erase', '--keep'],
			...['--size', `${bytes}`, '--eraser', 'direct', '--progress', 'json'],
			...['--state-dir', '/work', '--log-dir', '/work/log'],
		],
		{env: {TMPDIR: '/work'}},
	);
	const events = parseEvents(output);
	t.like(events.at(-1), {type: 'run.finished', outcome: 'sanitized', exitCode: 0});
	const [image = ''] = (await readdir(path.join(jail, 'work'))).filter(name => name.endsWith('.img'));
	t.true(await isAllZero(path.join(jail, 'work', image), bytes));
	const [record = ''] = await readdir(path.join(jail, 'work/log'));
	t.deepEqual((await readdir(path.join(jail, 'work/log', record))).sort(), [
		'certificate.json',
		'journal.jsonl',
		'run.log',
	]);
});

withStrace('it opens nothing but what it works on, once it has started', async t => {
	const work = await place(t);
	const [image, trace] = [path.join(work, 'disk.img'), path.join(work, 'trace')];
	await writeFile(image, Buffer.alloc(1024 ** 2, 1));
	await run(
		'strace',
		[
			...['--follow-forks', '--trace=open,openat,openat2,execve', `--output=${trace}`],
			...[built.x64, 'run', 'erase', '--device', `file:${image}`, '--confirm', image],
			...['--eraser', 'direct', '--state-dir', work, '--log-dir', path.join(work, 'log')],
		],
		// A file of the checkout would be found from here.
		{cwd: root},
	);
	const all = (await readFile(trace, 'utf8')).split('\n');
	// What the tools of the system open is their business.
	const tools = all.slice(1).flatMap(line => /^(\d+) +execve\(/.exec(line)?.[1] ?? []);
	const lines = all.filter(line => !tools.includes(line.split(' ', 1)[0] ?? ''));
	const opened = lines.flatMap(line => /open(?:at2?)?\((?:AT_FDCWD, )?"([^"]*)"/.exec(line)?.[1] ?? []);
	t.deepEqual(
		opened.filter(file => file.startsWith(root) || !file.startsWith('/')),
		[],
	);
	const isKernels = (file: string) => /^\/(?:proc|sys|dev)\b/.test(file);
	const firstOfOurs = opened.findIndex(file => file.startsWith(work) || file === '/proc/self/mountinfo');
	t.true(firstOfOurs > 0);
	const others = opened.slice(firstOfOurs).filter(file => !file.startsWith(work) && !isKernels(file));
	// Read once, for the offset of local time; without it there is none.
	t.deepEqual(
		[...new Set(others)].filter(file => file !== '/etc/localtime'),
		[],
	);
});

withQemu('the one for arm64 runs', async t => {
	const qemu = async (...args: readonly string[]) =>
		run('qemu-aarch64', ['-L', '/usr/aarch64-linux-gnu', built.arm64, ...args]);
	t.is(await qemu('--version'), `${packageJson.version}\n`);
	t.is(await qemu('recipes'), await checkout('recipes'));
});
