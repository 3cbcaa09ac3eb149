import {execFile} from 'node:child_process';
import {chmod, chown, mkdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {SanitizeError} from '../src/errors.ts';
import {createTools} from '../src/process.ts';
import {fakeTools, temporaryDirectory} from './_helpers/fake-tools.ts';

const uid = process.getuid?.() ?? 0;
const asRoot = uid === 0 ? test : test.skip;
const real = createTools({env: process.env});

const tool = async (directory: string, name = 'zeroize-probe', mode = 0o755): Promise<string> => {
	await mkdir(directory, {recursive: true});
	const file = join(directory, name);
	await writeFile(file, '#!/bin/sh\necho "$0"\n');
	await chmod(file, mode);
	return file;
};

const failure = async (t: ExecutionContext, promise: Promise<unknown>): Promise<SanitizeError> =>
	(await t.throwsAsync(promise, {instanceOf: SanitizeError})) as SanitizeError;

test('a tool is taken from the first directory of PATH that has it', async t => {
	const root = await temporaryDirectory(t);
	const first = await tool(join(root, 'a'));
	await tool(join(root, 'b'));
	const tools = createTools({env: {PATH: `${join(root, 'none')}:${join(root, 'a')}:${join(root, 'b')}`}});
	t.is(await tools.find('zeroize-probe'), first);
	t.is((await tools.run('zeroize-probe', [])).stdout, `${first}\n`);
});

test('the standard directories are looked in when PATH is empty or absent', async t => {
	t.regex(await createTools({env: {PATH: ''}}).find('dd'), /^\/.*\/dd$/);
	t.regex(await createTools({env: {}}).find('dd'), /^\/.*\/dd$/);
});

test('a relative or empty entry of PATH is never looked in', async t => {
	const error = await failure(t, createTools({env: {PATH: '.::fixtures/bin'}}).find('stubborn-dd'));
	t.is(error.code, 'TOOL_MISSING');
});

const unsafePlaces: ReadonlyArray<readonly [string, (directory: string, file: string) => Promise<unknown>]> =
	[
		['in a directory that the group can write to', async directory => chmod(directory, 0o775)],
		['in a directory that everybody can write to', async directory => chmod(directory, 0o777)],
		['in a file that the group can write to', async (_directory, file) => chmod(file, 0o775)],
		[
			'in a file that everybody can write to, in a sticky directory',
			async (directory, file) => {
				await chmod(directory, 0o1777);
				await chmod(file, 0o757);
			},
		],
	];

for (const [place, make] of unsafePlaces) {
	test(`a tool ${place} is passed over for a safe one, and named when there is none`, async t => {
		const root = await temporaryDirectory(t);
		const unsafe = await tool(join(root, 'unsafe'));
		await make(join(root, 'unsafe'), unsafe);
		const error = await failure(t, createTools({env: {PATH: join(root, 'unsafe')}}).run('zeroize-probe', []));
		t.is(error.code, 'TOOL_MISSING');
		t.true(error.message.includes(unsafe));

		const safe = await tool(join(root, 'safe'));
		const both = createTools({env: {PATH: `${join(root, 'unsafe')}:${join(root, 'safe')}`}});
		t.is(await both.find('zeroize-probe'), safe);
	});
}

asRoot("somebody else's tool or directory is not used, unless they run us", async t => {
	const root = await temporaryDirectory(t);
	const directory = join(root, 'theirs');
	const file = await tool(directory);
	await chown(directory, 12_345, 12_345);
	t.is((await failure(t, createTools({env: {PATH: directory}}).find('zeroize-probe'))).code, 'TOOL_MISSING');
	await chown(directory, 0, 0);
	await chown(file, 12_345, 12_345);
	t.is((await failure(t, createTools({env: {PATH: directory}}).find('zeroize-probe'))).code, 'TOOL_MISSING');
	t.is(await createTools({env: {PATH: directory}, uid: 12_345}).find('zeroize-probe'), file);
});

test('a link is judged by what it leads to', async t => {
	const root = await temporaryDirectory(t);
	const target = await tool(join(root, 'store'));
	await mkdir(join(root, 'bin'));
	const link = join(root, 'bin/zeroize-probe');
	await symlink(target, link);
	const tools = createTools({env: {PATH: join(root, 'bin')}});
	t.is(await tools.find('zeroize-probe'), link);
	await chmod(join(root, 'store'), 0o777);
	t.true((await failure(t, tools.find('zeroize-probe'))).message.includes(link));
});

test('a tool in a sticky directory is used when it is ours', async t => {
	const root = await temporaryDirectory(t);
	const file = await tool(join(root, 'sticky'));
	await chmod(join(root, 'sticky'), 0o1777);
	t.is(await createTools({env: {PATH: join(root, 'sticky')}}).find('zeroize-probe'), file);
});

test('a file that cannot be run, and a directory of that name, are not tools', async t => {
	const root = await temporaryDirectory(t);
	await tool(join(root, 'a'), 'zeroize-probe', 0o644);
	await mkdir(join(root, 'b/zeroize-probe'), {recursive: true});
	const error = await failure(t, createTools({env: {PATH: `${root}/a:${root}/b`}}).find('zeroize-probe'));
	t.is(error.message, 'looking for zeroize-probe: it is not installed');
	t.is(error.hint, 'install the package that has zeroize-probe');
});

test('an unsafe tool is reported with the Debian package that has a safe one', async t => {
	const root = await temporaryDirectory(t);
	for (const [name, debianPackage] of [
		['nvme', 'nvme-cli'],
		['sg_sanitize', 'sg3-utils'],
		['hdparm', 'hdparm'],
		['smartctl', 'smartmontools'],
	] as const) {
		await tool(root, name, 0o777);
		const tools = createTools({env: {PATH: root}});
		const found = await tools.find(name).catch((error: unknown) => error);
		// Where the tool is installed the safe one is found instead.
		t.true(
			found instanceof SanitizeError
				? found.hint?.includes(`apt-get install ${debianPackage}`)
				: found !== join(root, name),
		);
	}
});

test('the environment of a tool is a cleaned PATH and LC_ALL=C, nothing else', async t => {
	const root = await temporaryDirectory(t);
	await mkdir(join(root, 'safe'));
	await mkdir(join(root, 'unsafe'));
	await chmod(join(root, 'unsafe'), 0o777);
	const env = {
		PATH: `.:${root}/unsafe:${root}/safe:/usr/bin`,
		LD_PRELOAD: '/tmp/x.so',
		LANG: 'de_DE.UTF-8',
		HOME: '/root',
	};
	const {stdout} = await createTools({env}).run('env', []);
	// Node itself hands this one on to every child while coverage is measured.
	const lines = stdout.split('\n').filter(line => line !== '' && !line.startsWith('NODE_V8_COVERAGE='));
	lines.sort();
	t.is(lines.length, 2);
	t.is(lines[0], 'LC_ALL=C');
	t.regex(lines[1] ?? '', new RegExp(`^PATH=${root}/safe:/usr/bin:`));
	t.false(stdout.includes('unsafe'));
});

test('arguments reach a tool word for word: there is no shell', async t => {
	t.is((await real.run('printf', ['%s|', '$HOME `id`', '; exit 9', '*'])).stdout, '$HOME `id`|; exit 9|*|');
});

test('a tool has nothing to read, and a session of its own', async t => {
	t.is((await real.run('cat', [])).stdout, '');
	const [pid, , , , , session] = (await real.run('cat', ['/proc/self/stat'])).stdout.split(' ');
	t.is(session, pid);
});

test('an exit code that is not accepted is told with the last line of stderr', async t => {
	const {tools} = await fakeTools(t, {probe: [{stderr: 'first\nlast \u001B[31mwords\n\n', exitCode: 3}]});
	const error = await failure(t, tools.run('probe', []));
	t.is(error.code, 'TOOL_FAILED');
	t.is(error.message, 'probe failed with exit code 3: last  [31mwords');
	t.deepEqual(await tools.run('probe', [], {accept: [0, 3]}), {
		exitCode: 3,
		stdout: '',
		stderr: 'first\nlast \u001B[31mwords\n\n',
	});
});

test('a tool that says nothing and one that dies of a signal are told apart', async t => {
	const {tools} = await fakeTools(t, {quiet: [{exitCode: 1}], dying: [{signal: 'SEGV'}]});
	t.is((await failure(t, tools.run('quiet', []))).message, 'quiet failed with exit code 1');
	t.is(
		(await failure(t, tools.run('dying', [], {accept: [0, 1, 139]}))).message,
		'dying was killed by SIGSEGV',
	);
});

test('a program that the kernel refuses to start is TOOL_FAILED, for run and stream', async t => {
	const root = await temporaryDirectory(t);
	const file = join(root, 'garbage');
	await writeFile(file, '#!/does/not/exist\n', {mode: 0o755});
	const tools = createTools({env: {PATH: root}});
	t.is((await failure(t, tools.run('garbage', []))).message, 'garbage could not be started');
	const {ended} = await tools.stream('garbage', []);
	t.is((await failure(t, ended)).code, 'TOOL_FAILED');
});

test('output past 8 MiB ends the tool instead of filling the memory', async t => {
	const error = await failure(t, real.run('yes', []));
	t.is(error.code, 'TOOL_FAILED');
	t.regex(error.message, /^yes printed more than 8388608 characters$/);
});

test('a tool that takes too long is stopped with all its children', async t => {
	const startedAtMs = performance.now();
	const error = await failure(t, real.run('sh', ['-c', 'sleep 30; true'], {timeoutMs: 100}));
	t.is(error.message, 'sh did not end within 100 ms');
	t.true(performance.now() - startedAtMs < 10_000);
});

test('a tool that ignores SIGTERM is killed after two seconds', async t => {
	const startedAtMs = performance.now();
	const error = await failure(
		t,
		real.run('sh', ['-c', 'trap "" TERM; while :; do sleep 0.1; done'], {timeoutMs: 200}),
	);
	t.is(error.code, 'TOOL_FAILED');
	const tookMs = performance.now() - startedAtMs;
	t.true(tookMs > 2000 && tookMs < 8000, `${tookMs}`);
});

test('an abort stops a tool, and keeps one from starting', async t => {
	const controller = new AbortController();
	const running = failure(t, real.run('sleep', ['30'], {signal: controller.signal}));
	await sleep(50);
	controller.abort();
	t.is((await running).code, 'INTERRUPTED');

	const {tools, calls} = await fakeTools(t, {probe: [{}]});
	t.is((await failure(t, tools.run('probe', [], {signal: controller.signal}))).code, 'INTERRUPTED');
	t.deepEqual(await calls('probe'), []);
});

test('a stream gives stderr as it comes, then the exit code', async t => {
	const {stderr, ended} = await real.stream('sh', ['-c', 'printf a >&2; sleep 0.2; printf b >&2; exit 7']);
	const chunks: string[] = [];
	for await (const chunk of stderr) {
		chunks.push(chunk);
	}

	t.deepEqual(chunks, ['a', 'b']);
	t.deepEqual(await ended, {exitCode: 7, signal: undefined});
});

test('a stream ends although nobody reads it, and tells the signal', async t => {
	const {ended, kill} = await real.stream('sh', ['-c', 'head -c 30000 /dev/zero >&2; sleep 30']);
	await sleep(100);
	kill('SIGKILL');
	t.deepEqual(await ended, {exitCode: undefined, signal: 'SIGKILL'});
	t.notThrows(() => kill('SIGTERM'));
});

test('what still runs when zeroize exits is killed', async t => {
	const root = await temporaryDirectory(t);
	const program = `
		import {createTools} from ${JSON.stringify(join(import.meta.dirname, '../src/process.ts'))};
		const tools = createTools({env: process.env});
		await tools.stream('sh', ['-c', 'echo $$ > ${root}/pid; trap "" TERM; while :; do sleep 0.1; done']);
		setTimeout(() => process.exit(5), 300);
	`;
	const file = join(root, 'program.mjs');
	await writeFile(file, program);
	const exitCode = await new Promise(resolve => {
		execFile(process.execPath, [file]).on('exit', resolve);
	});
	t.is(exitCode, 5);
	const pid = Number(await readFile(join(root, 'pid'), 'utf8'));
	await sleep(200);
	// Gone, or waiting for its new parent to notice.
	const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '- (-) Z');
	t.regex(state, /\) Z/);
});
