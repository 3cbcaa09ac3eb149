import {closeSync, constants, openSync, writeSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {createPlace, isAllZero, type Place, runFile, zeroize, zeroizeScript} from '../_helpers/cli.ts';

const totalBytes = 100_000;

const eraseArgs = async (place: Place): Promise<{image: string; args: readonly string[]}> => {
	const image = await place.image(totalBytes);
	return {image, args: ['run', 'erase', '--device', `file:${image}`, '--confirm', image, ...place.args]};
};

const redirections: ReadonlyArray<readonly [title: string, redirection: string, progress: string]> = [
	['a reader that leaves after the first line', '| head -n 1', 'plain'],
	['a reader that leaves at once', '| true', 'tty'],
	['a standard input that is a directory', '</', 'plain'],
	['nothing open at all', '<&- >&- 2>&-', 'tty'],
];

for (const [title, redirection, progress] of redirections) {
	test.serial(`${title} does not hold up or fail an erase (${progress})`, async t => {
		const place = await createPlace(t);
		const {image, args} = await eraseArgs(place);
		const words = [...args, '--progress', progress].map(word => `'${word}'`).join(' ');
		const end = await zeroizeScript(`zeroize ${words} ${redirection}; exit "\${PIPESTATUS[0]}"`);
		t.is(end.exitCode, 0, end.stderr);
		t.true(await isAllZero(image, totalBytes));
		const {state, log} = await place.runs();
		t.deepEqual([state.length, log.length], [0, 1]);
	});
}

test.serial('a reader that never reads does not hold up an erase, and is not waited for long', async t => {
	const place = await createPlace(t);
	const {image, args} = await eraseArgs(place);
	const pipe = await fullPipe(path.join(place.directory, 'pipe'));
	const end = await zeroize([...args, '--progress', 'json'], {stdout: pipe, timeoutMs: 20_000});
	closeSync(pipe);
	t.is(end.exitCode, 0, end.stderr);
	t.true(await isAllZero(image, totalBytes));
	t.is((await place.runs()).log.length, 1);
});

for (const progress of ['tty', 'plain']) {
	test.serial(`a terminal that was stopped does not hold up an erase (${progress})`, async t => {
		const place = await createPlace(t);
		const {image, args} = await eraseArgs(place);
		const pipe = await fullPipe(path.join(place.directory, 'pipe'));
		const file = path.join(place.directory, 'exit-code');
		// Nobody reads what script writes, so that it stops to read its terminal, which is full before we start.
		const inner = `timeout 0.5 yes; "$NODE" "$CLI" ${args.join(' ')} --progress ${progress}; echo $? > ${file}; kill -9 $PPID`;
		const end = await zeroizeScript(`exec script -qec '${inner}' /dev/null`, {
			stdout: pipe,
			env: {TERM: 'xterm'},
		});
		closeSync(pipe);
		t.is(await readFile(file, 'utf8'), '0\n', end.stderr);
		t.true(await isAllZero(image, totalBytes));
		t.is((await place.runs()).log.length, 1);
	});
}

test.serial('a refusal keeps its exit code when nobody can be told', async t => {
	const end = await zeroizeScript('zeroize run erase --device /dev/null <&- >&- 2>&-');
	t.is(end.exitCode, 3);
	t.is(end.stdout + end.stderr, '');
});

/** Takes not one byte more. Both ends are ours, so that it never breaks. */
const fullPipe = async (file: string): Promise<number> => {
	await runFile('mkfifo', [file]);
	const fd = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
	for (const bytes of [65_536, 1]) {
		try {
			for (;;) {
				writeSync(fd, Buffer.alloc(bytes));
			}
		} catch {
			// Full for writes of this size.
		}
	}

	return fd;
};
