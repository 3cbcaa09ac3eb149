import {type ChildProcessByStdio, spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, openSync} from 'node:fs';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import test from 'ava';
import {createOutput, outputStream} from '../src/output.ts';

const child = path.join(import.meta.dirname, '_helpers/output-child.ts');

type Running = ChildProcessByStdio<null, Readable, Readable>;

interface Ended {
	readonly exitCode: number | null;
	readonly report: {
		readonly isTTY: boolean;
		readonly columns: number;
		readonly rows: number;
		readonly isClosed: boolean;
		readonly isFlushed: boolean;
		readonly wroteMs: number;
		readonly rss: number;
	};
}

const shell = (command: string, args: readonly (string | number)[] = []): Running =>
	spawn('bash', ['-o', 'pipefail', '-c', command, 'bash', process.execPath, child, ...args.map(String)], {
		stdio: ['ignore', 'pipe', 'pipe'],
	});

const ended = async (running: Running): Promise<Ended> => {
	const [report, [exitCode]] = await Promise.all([text(running.stderr), once(running, 'close')]);
	return {exitCode, report: JSON.parse(report)};
};

test('a pipe that is read gets every byte', async t => {
	const running = shell('"$@" | cat', [50_000, 100, 10_000]);
	const [read, {exitCode, report}] = await Promise.all([text(running.stdout), ended(running)]);
	t.is(exitCode, 4);
	t.true(report.isFlushed);
	t.false(report.isTTY);
	const lines = read.trimEnd().split('\n');
	t.is(lines.length, 50_000);
	t.true(lines.every((line, index) => line === `${index} ${'x'.repeat(100)}`));
});

test('a reader that closes after the first line changes nothing but what is read', async t => {
	const running = shell('"$@" | head -n1', [50_000, 100, 10_000]);
	const [read, {exitCode, report}] = await Promise.all([text(running.stdout), ended(running)]);
	t.is(read, `0 ${'x'.repeat(100)}\n`);
	t.is(exitCode, 4);
	t.true(report.isClosed);
	t.false(report.isFlushed);
});

for (const [title, command] of [
	['pipe', 'f=$(mktemp -u); mkfifo "$f"; exec 4<>"$f"; "$@" >"$f" 4>&-; e=$?; rm "$f"; exit $e'],
	['socket', '"$@"'],
] as const) {
	test(`a ${title} that is never read does not hang it: it ends after the bounded flush`, async t => {
		const running = shell(command, [5000, 1000, 300]);
		const exited = once(running, 'exit');
		const report = JSON.parse(await text(running.stderr));
		t.is((await exited)[0], 4);
		t.false(report.isFlushed);
		t.false(report.isClosed);
		t.true(report.wroteMs < 5000);
		running.stdout.destroy();
	});
}

test('what a reader does not take is kept only so far, then lines end without a gap', async t => {
	const running = shell('"$@" | (sleep 1; cat)', [50_000, 100, 0, 1_000_000]);
	const [read, {report}] = await Promise.all([text(running.stdout), ended(running)]);
	t.true(report.isClosed);
	t.false(report.isFlushed);
	const lines = read.split('\n').slice(0, -1);
	t.true(lines.length > 100);
	t.true(lines.every((line, index) => line === `${index} ${'x'.repeat(100)}`));
});

test('a slow reader gets everything', async t => {
	const running = shell('"$@" | (sleep 0.5; cat)', [20_000, 100, 10_000]);
	const [read, {report}] = await Promise.all([text(running.stdout), ended(running)]);
	t.true(report.isFlushed);
	t.is(read.trimEnd().split('\n').length, 20_000);
});

test('the pipe itself is not made non-blocking for the others that have it', async t => {
	const running = shell('("$@"; grep flags /proc/self/fdinfo/1) | cat');
	const [read] = await Promise.all([text(running.stdout), text(running.stderr)]);
	const flags = Number.parseInt(read.trimEnd().split('\n').at(-1)?.split(/\s+/)[1] ?? '', 8);
	t.is(flags & 0o4000, 0);
});

test('a file gets every byte, after what is in it', async t => {
	const directory = await mkdtemp(path.join(tmpdir(), 'zeroize-output-'));
	t.teardown(async () => rm(directory, {recursive: true}));
	const file = path.join(directory, 'out');
	const {exitCode, report} = await ended(shell(`{ echo first; "$@"; } > ${file}`, [1000, 100]));
	t.is(exitCode, 4);
	t.true(report.isFlushed);
	t.is((await readFile(file, 'utf8')).split('\n')[0], 'first');
	t.is((await readFile(file, 'utf8')).trimEnd().split('\n').length, 1001);
});

test('a full device closes it and nothing more', async t => {
	const {exitCode, report} = await ended(shell('"$@" >/dev/full', [100]));
	t.is(exitCode, 4);
	t.false(report.isFlushed);
	t.true(report.isClosed);
});

test('a closed descriptor is a closed output', async t => {
	const output = createOutput(999);
	t.like(output, {isTTY: false, columns: 80, isClosed: true});
	output.write('lost');
	t.false(await output.flush(10));
});

test('a socket that is read gets every byte', async t => {
	const running = spawn(process.execPath, [child, '50000', '100', '10000'], {
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const [read, {exitCode, report}] = await Promise.all([text(running.stdout), ended(running)]);
	t.is(exitCode, 4);
	t.true(report.isFlushed);
	t.is(read.trimEnd().split('\n').length, 50_000);
});

const inTerminal = async (
	command: string,
): Promise<{readonly screen: string; readonly report: Ended['report']}> => {
	const directory = await mkdtemp(path.join(tmpdir(), 'zeroize-output-'));
	const report = path.join(directory, 'report');
	const running = spawn('script', ['-qec', `{ ${command}; } 2>${report}`, '/dev/null'], {
		stdio: ['ignore', 'pipe', 'ignore'],
		env: {...process.env, NODE: process.execPath, CHILD: child},
	});
	const screen = await text(running.stdout);
	const result = {screen, report: JSON.parse(await readFile(report, 'utf8'))};
	await rm(directory, {recursive: true});
	return result;
};

test('a terminal is told its size and gets every byte', async t => {
	const {screen, report} = await inTerminal('stty rows 30 cols 100; $NODE $CHILD 500 70');
	t.like(report, {isTTY: true, columns: 100, rows: 30, isFlushed: true});
	t.is(screen.trimEnd().split('\r\n').length, 500);
});

test('a serial line that says 0 columns has 80', async t => {
	const {report} = await inTerminal('stty rows 0 cols 0; $NODE $CHILD');
	t.like(report, {isTTY: true, columns: 80, rows: 24});
});

test('a stopped terminal does not hang it', async t => {
	const {report} = await inTerminal(
		'python3 -c "import termios; termios.tcflow(1, termios.TCOOFF)"; $NODE $CHILD 2000 70 300; python3 -c "import termios; termios.tcflow(1, termios.TCOON)"',
	);
	t.like(report, {isFlushed: false, isClosed: false});
});

test('a stopped terminal that lost its backlog is told so and goes on', async t => {
	const {report, screen} = await inTerminal(
		'python3 -c "import termios; termios.tcflow(1, termios.TCOOFF)"; (sleep 1.5; python3 -c "import termios; termios.tcflow(1, termios.TCOON)") & $NODE $CHILD 2000 70 5000 50000; wait',
	);
	t.like(report, {isFlushed: false, isClosed: false});
	t.true(screen.includes('output was lost here'));
});

test('options say what the descriptor does not', t => {
	const fd = openSync('/dev/null', 'w');
	t.teardown(() => {
		closeSync(fd);
	});
	const output = createOutput(fd, {isTTY: true, columns: 72});
	t.like(output, {isTTY: true, columns: 72, rows: 24, isClosed: false});
	output.write('');
});

test('the stream for listr2 passes on what is written, and the size', async t => {
	const written: string[] = [];
	const stream = outputStream({
		isTTY: true,
		columns: 90,
		rows: 20,
		isClosed: false,
		write(chunk) {
			written.push(chunk);
		},
		flush: async () => true,
	});
	stream.write('a');
	stream.write(Buffer.from('b'));
	t.deepEqual(written, ['a', 'b']);
	t.like(stream, {isTTY: true, columns: 90, rows: 20});
});
