import {chmod, readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {readKeyFile} from '../../src/keys/key-file.ts';
import {createPlace, runFile, zeroizeScript} from '../_helpers/cli.ts';
import {runMain} from '../_helpers/main.ts';

const uid = process.getuid?.() ?? 0;

const unlock = async (file: string, passphrase: string) =>
	(await readKeyFile(file, {uid})).unlock(passphrase);

test('a key is made, and its public half is shown for openssl and for scripts', async t => {
	const place = await createPlace(t);
	const file = path.join(place.directory, 'k');
	const made = await runMain(['keys', 'new', file]);
	t.is(made.exitCode, 0, made.stderr);
	t.regex(made.stderr, /without a passphrase: whoever reads the file can sign/);
	const shown = await runMain(['keys', 'show', file]);
	t.is(shown.stdout, made.stdout);
	const pem = await place.write('k.pem', shown.stdout);
	await runFile('openssl', ['pkey', '-pubin', '-in', pem, '-noout']);
	const {stdout} = await runMain(['keys', 'show', '--json', pem]);
	const {keyId, publicKeyPem} = JSON.parse(stdout);
	t.is(shown.stdout, `key ${keyId}\n${publicKeyPem}`);
	t.false(shown.stdout.includes('PRIVATE'));
});

test('a key that is there already, or that others can read, ends with exit code 2 and the way out', async t => {
	const place = await createPlace(t);
	const file = path.join(place.directory, 'k');
	await runMain(['keys', 'new', file]);
	const before = await readFile(file, 'utf8');
	const again = await runMain(['keys', 'new', file]);
	t.is(again.exitCode, 2);
	t.regex(again.stderr, /exists already\nhint: name a new file/);
	t.is(await readFile(file, 'utf8'), before);
	await chmod(file, 0o644);
	const shown = await runMain(['keys', 'show', file]);
	t.is(shown.exitCode, 2);
	t.is(shown.stdout, '');
	t.regex(shown.stderr, /others can use it \(mode 0644\)\nhint: chmod 600/);
});

test('the passphrase comes from a file or the environment, never from an argument', async t => {
	const place = await createPlace(t);
	const [a, b] = [path.join(place.directory, 'a'), path.join(place.directory, 'b')];
	const passphrase = await place.write('p', 'from a file\n');
	await chmod(passphrase, 0o600);
	t.is((await runMain(['keys', 'new', a, '--passphrase-file', passphrase])).exitCode, 0);
	await t.notThrowsAsync(unlock(a, 'from a file'));
	t.is((await runMain(['keys', 'new', b], {env: {ZEROIZE_PASSPHRASE: 'from outside'}})).exitCode, 0);
	await t.notThrowsAsync(unlock(b, 'from outside'));
	const {exitCode} = await runMain(['keys', 'new', path.join(place.directory, 'c'), '--passphrase', 'x']);
	t.is(exitCode, 2);
});

/** Makes a key on a terminal of its own, where each answer is typed at its prompt. */
const newOnTerminal = async (file: string, answers: readonly string[]) => {
	let asked = 0;
	return zeroizeScript(
		`exec script -qec '"$NODE" "$CLI" keys new ${file}; echo "exit code $?"; stty -a' /dev/null`,
		{
			stdin: 'pipe',
			env: {TERM: 'xterm', SHELL: '/bin/sh', LC_ALL: 'C'},
			onOutput(text, child) {
				const prompts = text.match(/\(none: Enter\): |once more: /g)?.length ?? 0;
				for (; asked < prompts; asked += 1) {
					child.stdin?.write(answers[asked] ?? '');
				}
			},
		},
	);
};

const typed: ReadonlyArray<readonly [string, readonly string[], string]> = [
	['typed twice', ['secret\r', 'secret\r'], 'secret'],
	['with corrections', ['xyz\u0015secrex\u007ft\r', 'sec\u0008cret\r'], 'secret'],
];

for (const [title, answers, passphrase] of typed) {
	test(`a passphrase ${title} on a terminal is not shown there, and locks the key`, async t => {
		const place = await createPlace(t);
		const file = path.join(place.directory, 'k');
		const {stdout} = await newOnTerminal(file, answers);
		t.regex(stdout, /exit code 0/);
		t.false(stdout.includes('secre'), stdout);
		t.regex(stdout, / echo /, 'the terminal is as it was');
		await t.notThrowsAsync(unlock(file, passphrase));
	});
}

for (const [title, answers, code] of [
	['two that differ', ['one\r', 'two\r'], 2],
	['Ctrl-D', ['one\u0004'], 2],
	['Ctrl-C', ['one\u0003'], 130],
] as const) {
	test(`${title}: no key is made, exit code ${code}`, async t => {
		const place = await createPlace(t);
		const file = path.join(place.directory, 'k');
		const {stdout} = await newOnTerminal(file, answers);
		t.regex(stdout, new RegExp(`exit code ${code}`), stdout);
		t.regex(stdout, / echo /);
		await t.throwsAsync(stat(file));
	});
}

test('Enter alone makes a key without a passphrase', async t => {
	const place = await createPlace(t);
	const file = path.join(place.directory, 'k');
	const {stdout} = await newOnTerminal(file, ['\r']);
	t.regex(stdout, /exit code 0/);
	t.is((await readKeyFile(file, {uid})).privateHalf, 'plain');
});
