import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {dropSymbols} from '../../../src/dev/build/symbols.ts';
import {hasTool, run} from '../../_helpers/executable.ts';

const withReadelf = (await hasTool('readelf')) ? test.serial : test.serial.skip;

const node = await readFile(process.execPath);

test.serial('what is left runs, and is smaller', async t => {
	const directory = await mkdtemp(path.join(tmpdir(), 'zeroize-symbols-'));
	t.teardown(async () => rm(directory, {recursive: true, force: true}));
	const file = path.join(directory, 'node');
	const stripped = dropSymbols(node);
	await writeFile(file, stripped, {mode: 0o755});
	t.is(await run(file, ['--version']), `${process.version}\n`);
	t.true(stripped.length < node.length * 0.9);
});

withReadelf('every section that is loaded is where it was, and the others are gone', async t => {
	const directory = await mkdtemp(path.join(tmpdir(), 'zeroize-symbols-'));
	t.teardown(async () => rm(directory, {recursive: true, force: true}));
	const file = path.join(directory, 'node');
	await writeFile(file, dropSymbols(node));
	const sections = async (elf: string) => {
		const text = await run('readelf', ['--wide', '--section-headers', elf]);
		return text.split('\n').filter(line => /^ +\[ *\d+\]/.test(line));
	};
	const before = (await sections(process.execPath)).filter(line => / (?:A|AX|WA|AI|WAT) /.test(line));
	const after = await sections(file);
	t.true(before.length > 20);
	t.deepEqual(after.slice(1, -1), before);
	t.regex(after.at(-1) ?? '', /\.shstrtab/);
});

test('dropping twice changes nothing more', t => {
	const once = dropSymbols(node);
	t.true(dropSymbols(once).equals(once));
});

const wrong: ReadonlyArray<readonly [title: string, content: Buffer]> = [
	['an empty file', Buffer.alloc(0)],
	['a script', Buffer.from('#!/bin/sh\necho nothing to strip here, and longer than a header of 64 bytes\n')],
	['a 32-bit file', Buffer.concat([Buffer.from('\x7fELF\x01\x01'), Buffer.alloc(64)])],
];

for (const [title, content] of wrong) {
	test(`${title} is refused`, t => {
		t.throws(() => dropSymbols(content), {message: /not a 64-bit little-endian ELF file/});
	});
}
