import {chmod, mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {replaceFile} from '../../src/files/replace-file.ts';
import {failure} from '../_helpers/failure.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';

test('a new file is written, an old one is replaced whole, and nothing is left beside it', async t => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'a');
	await replaceFile(file, 'one');
	t.is(await readFile(file, 'utf8'), 'one');
	// Who reads the old one goes on reading it.
	await chmod(file, 0o400);
	await replaceFile(file, Buffer.from('two'));
	t.is(await readFile(file, 'utf8'), 'two');
	t.deepEqual(await readdir(directory), ['a']);
});

test('a link and a directory stay as they are', async t => {
	const directory = await temporaryDirectory(t);
	const [target, link, folder] = ['target', 'link', 'folder'].map(name => path.join(directory, name));
	await writeFile(target ?? '', 'kept');
	await symlink(target ?? '', link ?? '');
	await mkdir(folder ?? '');
	for (const file of [link, folder]) {
		const {code, message} = await failure(t, replaceFile(file ?? '', 'new'));
		t.is(code, 'USAGE');
		t.regex(message, /is not a regular file/);
	}

	t.is(await readFile(target ?? '', 'utf8'), 'kept');
	t.deepEqual((await readdir(directory)).sort(), ['folder', 'link', 'target']);
});
