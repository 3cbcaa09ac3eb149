import {execFile} from 'node:child_process';
import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {createTools} from '../src/process.ts';
import {failure} from './_helpers/failure.ts';
import {fakeTools, temporaryDirectory} from './_helpers/fake-tools.ts';

const real = createTools({env: process.env});

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
	t.true(tookMs > 2000 && tookMs < 30_000, `${tookMs}`);
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

test('a stream gives stdout, too, to who asks for it', async t => {
	const args = ['-c', 'echo a; echo b >&2; head -c 300000 /dev/zero; exit 3'];
	const read = async (withOutput: boolean) => {
		const {stderr, ended} = await real.stream('sh', args, {withOutput});
		let text = '';
		for await (const chunk of stderr) {
			text += chunk;
		}

		t.is((await ended).exitCode, 3);
		return text;
	};
	t.is(await read(false), 'b\n');
	const all = await read(true);
	t.true(all.includes('a\n') && all.includes('b\n'));
	t.is(all.length, 300_004);
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
