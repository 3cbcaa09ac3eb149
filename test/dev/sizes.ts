import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import packageJson from '../../package.json' with {type: 'json'};

const root = path.join(import.meta.dirname, '../..');

const mostLines = 250;

interface SourceFile {
	readonly file: string;
	readonly text: string;
}

const readFolder = async (folder: string): Promise<readonly SourceFile[]> => {
	const files = (await readdir(path.join(root, folder), {recursive: true})).filter(file =>
		file.endsWith('.ts'),
	);
	return Promise.all(
		files.map(async name => {
			const file = path.join(folder, name);
			return {file, text: await readFile(path.join(root, file), 'utf8')};
		}),
	);
};

const filesWith = (files: readonly SourceFile[], isWrong: (text: string) => boolean): readonly string[] =>
	files.filter(({text}) => isWrong(text)).map(({file}) => file);

const isTooLong = (text: string): boolean => text.trimEnd().split('\n').length > mostLines;

// A lazy load fails once the system disk is overwritten.
const loadsLazily = (text: string): boolean => /\b(?:import|require)\s*\(/.test(text);

const exits = (text: string): boolean => /\bprocess\.(?:exit|abort|reallyExit)\b(?!Code)/.test(text);

test('the checks of this file find what they look for', t => {
	t.true(isTooLong('a\n'.repeat(mostLines + 1)));
	t.false(isTooLong('a\n'.repeat(mostLines)));
	t.true(loadsLazily(`await import('./a.ts')`));
	t.true(loadsLazily(`require ('a')`));
	t.false(loadsLazily(`import.meta.dirname; import a from 'a'; canImport(a)`));
	t.true(exits('process.exit(1)'));
	t.false(exits('process.exitCode = 1'));
});

test(`no file is longer than ${mostLines} lines`, async t => {
	const files = [...(await readFolder('src')), ...(await readFolder('test'))];
	t.true(files.length > 0);
	t.deepEqual(filesWith(files, isTooLong), []);
});

test('nothing in src is loaded lazily', async t => {
	t.deepEqual(filesWith(await readFolder('src'), loadsLazily), []);
});

test('only the entry ends the process', async t => {
	const files = await readFolder('src');
	t.deepEqual(
		filesWith(files, exits).filter(file => file !== 'src/cli.ts'),
		[],
	);
});

test('a file that is left out of the coverage holds types alone', async t => {
	for (const file of packageJson.c8.exclude.filter(pattern => !pattern.includes('*'))) {
		const code = await import(path.join(root, file));
		t.deepEqual(Object.keys(code), [], file);
	}
});
