import {execFile} from 'node:child_process';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {SanitizeError} from '../../src/errors.ts';
import {readOwnFile} from '../../src/files/read-file.ts';
import {failure} from '../_helpers/failure.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {runMain} from '../_helpers/main.ts';

const run = promisify(execFile);

const refuse = (message: string, cause?: unknown) => new SanitizeError('USAGE', message, {cause});

const read = async (file: string, maxBytes = 4096) => readOwnFile(file, {maxBytes, refuse});

test('a file up to the limit is read whole, one byte more is refused', async t => {
	const file = path.join(await temporaryDirectory(t), 'file');
	await writeFile(file, 'x'.repeat(4096));
	t.is((await read(file)).toString(), 'x'.repeat(4096));
	await writeFile(file, 'x'.repeat(4097));
	t.regex((await failure(t, read(file))).message, /^reading .*: it is larger than 4 KiB$/);
	await writeFile(file, '');
	t.is((await read(file)).length, 0);
});

test('a file that has no size but contents is read no further than the limit', async t => {
	t.regex((await failure(t, read('/proc/self/mountinfo', 1))).message, /it is larger/);
	t.true((await read('/proc/self/stat')).length > 0);
});

test('a pipe that nobody writes to, a directory and a device are refused at once', async t => {
	const directory = await temporaryDirectory(t);
	const pipe = path.join(directory, 'pipe.yaml');
	await run('mkfifo', [pipe]);
	await mkdir(path.join(directory, 'journal.jsonl'));
	for (const file of [pipe, directory, '/dev/zero', '/dev/null']) {
		t.regex((await failure(t, read(file))).message, /it is not a regular file/);
	}

	await writeFile(path.join(directory, 'run.log'), '');
	for (const [args, exitCode] of [
		[['plan', pipe, '--device', 'file:x'], 2],
		[['certificate', 'show', pipe], 2],
		[['resume', path.join(directory, 'journal.jsonl')], 2],
	] as const) {
		const end = await runMain(args);
		t.is(end.exitCode, exitCode, end.stderr);
		t.regex(end.stderr, /it is not a regular file\nhint: /);
	}
});

test('what is missing keeps its system error as the cause', async t => {
	const error = await failure(t, read('/nowhere/file'));
	t.is((error.cause as {code?: string}).code, 'ENOENT');
});
