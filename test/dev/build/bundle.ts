import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {isBuiltin} from 'node:module';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {bundle} from '../../../src/dev/build/bundle.ts';
import {seldomUsed} from '../../../src/dev/build/load-later.ts';

const root = path.join(import.meta.dirname, '../../..');

let texts: readonly string[] = [];

test.before(async () => {
	const directory = await mkdtemp(path.join(tmpdir(), 'zeroize-bundle-'));
	const {main, paper} = await bundle(root, directory);
	texts = await Promise.all([main, paper].map(async file => readFile(file, 'utf8')));
	await rm(directory, {recursive: true, force: true});
});

test('whatever the program still loads is built into Node', t => {
	const loaded = [...(texts[0] ?? '').matchAll(/\brequire\(([^)]*)\)/g)].map(([, argument = '']) => argument);
	t.true(loaded.length > 50);
	t.deepEqual(
		loaded.filter(argument => !/^"[^"]+"$/.test(argument) || !isBuiltin(JSON.parse(argument))),
		[],
	);
});

test('what is loaded later is imported by name alone, at the top of a file', t => {
	const [main = ''] = texts;
	for (const name of seldomUsed) {
		const lines = main.split('\n').filter(line => line.includes(`"${name}"`));
		t.true(lines.length > 0, name);
		t.deepEqual(
			lines.filter(line => !/^var \w+ = require\("[^"]+"\);$/.test(line)),
			[],
		);
	}
});

test('the PDF library is in the thread, and not in the program', t => {
	const [main = '', paper = ''] = texts;
	t.true(paper.includes('node_modules/pdfkit/'));
	t.false(main.includes('node_modules/pdfkit/'));
});

test('nothing is loaded lazily, which listr2 does from a checkout', async t => {
	const lazy = /(?<![\w.#*])import\s*\(/;
	for (const text of texts) {
		t.notRegex(text, lazy);
	}

	const listr2 = await readFile(path.join(root, 'node_modules/listr2/dist/index.mjs'), 'utf8');
	t.regex(listr2, lazy);
});

test('a dependency that is missing fails the build', async t => {
	const other = await mkdtemp(path.join(tmpdir(), 'zeroize-bundle-'));
	t.teardown(async () => rm(other, {recursive: true, force: true}));
	await writeFile(path.join(other, 'package.json'), '{"type": "module"}');
	await t.throwsAsync(bundle(other, other), {message: /Could not resolve "src\/cli\.ts"/});
});
