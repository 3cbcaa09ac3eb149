import {chmod, chown, readFile, stat, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {createKeyFile, readKeyFile} from '../../src/keys/key-file.ts';
import {readPassphraseFile} from '../../src/keys/secret-file.ts';
import {createPlace, runFile} from '../_helpers/cli.ts';
import {isRoot} from '../_helpers/loop.ts';

const uid = process.getuid?.() ?? 0;

const read = async (file: string) => readKeyFile(file, {uid});

const invalid = (message: RegExp) => ({code: 'KEY_INVALID', message});

test('a new key is readable by its owner alone, whatever the umask, and openssl reads it', async t => {
	const place = await createPlace(t);
	const file = path.join(place.directory, 'k');
	const before = process.umask(0);
	const made = await createKeyFile(file, undefined);
	process.umask(before);
	t.is((await stat(file)).mode & 0o7777, 0o600);
	const key = await read(file);
	t.is(key.keyId, made.keyId);
	t.is(key.privateHalf, 'plain');
	t.is(key.unlock().privateKey.asymmetricKeyType, 'ed25519');
	const {stdout} = await runFile('openssl', ['pkey', '-in', file, '-pubout', '-outform', 'DER'], {
		encoding: 'buffer',
	});
	t.is(stdout.toString('base64'), made.publicKey);
});

test('a key is never written over anything, nor through a link', async t => {
	const place = await createPlace(t);
	const [empty, link] = [await place.write('empty', ''), path.join(place.directory, 'link')];
	await symlink(path.join(place.directory, 'elsewhere'), link);
	for (const file of [empty, link]) {
		await t.throwsAsync(createKeyFile(file, undefined), {code: 'USAGE', message: /exists already/});
	}

	t.is(await readFile(empty, 'utf8'), '');
	await t.throwsAsync(createKeyFile(path.join(place.directory, 'none/k'), undefined), {
		code: 'PLACE_UNUSABLE',
	});
});

test('a locked key says which it is, and opens with its passphrase alone', async t => {
	const place = await createPlace(t);
	const file = path.join(place.directory, 'k');
	const made = await createKeyFile(file, 'Pässwörd 1');
	const text = await readFile(file, 'utf8');
	t.regex(text, /BEGIN ENCRYPTED PRIVATE KEY/);
	const key = await read(file);
	t.like(key, {...made, privateHalf: 'locked'});
	t.is(key.unlock('Pässwörd 1').keyId, made.keyId);
	for (const wrong of ['', 'x', 'pässwörd 1']) {
		t.throws(() => key.unlock(wrong), invalid(/the passphrase is wrong, or the file is damaged/));
	}

	t.throws(() => key.unlock(), invalid(/it is locked with a passphrase, and none was given/));
	const {stdout} = await runFile('openssl', ['pkey', '-in', file, '-passin', 'pass:Pässwörd 1', '-pubout']);
	t.true(text.endsWith(stdout));
});

test('a key that openssl made is one too; a locked one needs its public half, and the hint adds it', async t => {
	const place = await createPlace(t);
	const [plain, locked] = [path.join(place.directory, 'plain'), path.join(place.directory, 'locked')];
	await runFile('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', plain]);
	await runFile('openssl', ['pkey', '-in', plain, '-aes256', '-passout', 'pass:x', '-out', locked]);
	await Promise.all([chmod(plain, 0o600), chmod(locked, 0o600)]);
	const {keyId} = await read(plain);
	const error = await t.throwsAsync<Error & {hint: string}>(read(locked), invalid(/does not say which key/));
	const [, command = ''] = /^add its public half: (.+)$/.exec(error.hint) ?? [];
	await runFile('sh', ['-c', command.replace('-pubout', '-passin pass:x -pubout')]);
	t.is((await read(locked)).unlock('x').keyId, keyId);
});

test('a key file that others can use, or of another user, is refused with the way out', async t => {
	const place = await createPlace(t);
	const file = path.join(place.directory, 'k');
	await createKeyFile(file, 'x');
	for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610, 0o601]) {
		await chmod(file, mode);
		const error = await t.throwsAsync<Error & {hint: string}>(read(file), invalid(/others can use it/));
		t.true(error.hint.includes(`chmod 600 '${file}'`));
	}

	await chmod(file, 0o400);
	await t.notThrowsAsync(read(file));
	if (isRoot) {
		await chown(file, 12_345, 12_345);
		await t.throwsAsync(read(file), invalid(/belongs to user 12345/));
	}
});

test('the public half alone may be read by all, and signs nothing', async t => {
	const place = await createPlace(t);
	const file = path.join(place.directory, 'k');
	const {keyId} = await createKeyFile(file, undefined);
	const text = await readFile(file, 'utf8');
	const half = await place.write('k.pem', `a comment\n${text.slice(text.indexOf('-----BEGIN PUBLIC'))}`);
	await chmod(half, 0o644);
	const key = await read(half);
	t.like(key, {keyId, privateHalf: 'none'});
	t.throws(() => key.unlock(), invalid(/it has the public half alone/));
});

test('halves of two keys, other keys and other files are refused', async t => {
	const place = await createPlace(t);
	const texts = [];
	for (const name of ['a', 'b']) {
		await createKeyFile(path.join(place.directory, name), undefined);
		texts.push(await readFile(path.join(place.directory, name), 'utf8'));
	}

	const [a = '', b = ''] = texts;
	const mixed = a.slice(0, a.indexOf('-----BEGIN PUBLIC')) + b.slice(b.indexOf('-----BEGIN PUBLIC'));
	await writeFile(path.join(place.directory, 'mixed'), mixed, {mode: 0o600});
	const key = await read(path.join(place.directory, 'mixed'));
	t.throws(() => key.unlock(), invalid(/two halves are of different keys/));
	const rsa = path.join(place.directory, 'rsa');
	await runFile('openssl', ['genpkey', '-algorithm', 'X25519', '-out', rsa]);
	await chmod(rsa, 0o600);
	for (const file of [rsa, await place.write('text', 'hello'), await place.write('empty', '')]) {
		await t.throwsAsync(read(file), invalid(/it holds no Ed25519 key in PEM/));
	}

	await t.throwsAsync(read(path.join(place.directory, 'none')), invalid(/no such file/));
	await t.throwsAsync(read(place.directory), invalid(/not a regular file/));
	await t.throwsAsync(read('/dev/zero'), invalid(/not a regular file/));
});

test('a passphrase file gives its first line, and must be as secret as the key', async t => {
	const place = await createPlace(t);
	const file = await place.write('p', 'my passphrase \r\nand more\n');
	await chmod(file, 0o600);
	t.is(await readPassphraseFile(file, uid), 'my passphrase ');
	await chmod(file, 0o644);
	await t.throwsAsync(readPassphraseFile(file, uid), invalid(/others can use it/));
	for (const content of ['', '\n', Buffer.from([0xff, 0xfe, 0x0a])]) {
		await writeFile(file, content);
		await chmod(file, 0o600);
		await t.throwsAsync(readPassphraseFile(file, uid), invalid(/no passphrase in it/));
	}
});
