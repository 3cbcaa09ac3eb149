import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import tmp from 'tmp';
import {$} from 'zx';
import {generateReference, helpPages} from '../../src/dev/reference.ts';

tmp.setGracefulCleanup();

const root = path.join(import.meta.dirname, '../..');

test("the README's command reference is what the help pages make of it", async t => {
	const readme = await readFile(path.join(root, 'README.md'), 'utf8');
	t.is(generateReference(readme).text, readme, 'README.md is stale: npm run gen');
});

test('every command has its page, but for help and what shells call', t => {
	t.deepEqual(
		helpPages().map(({name}) => name),
		[
			'zeroize',
			'zeroize run',
			'zeroize plan',
			'zeroize rehearse',
			'zeroize resume',
			'zeroize verify',
			'zeroize devices',
			'zeroize recipes',
			'zeroize erasers',
			'zeroize steps',
			'zeroize certificate',
			'zeroize certificate verify',
			'zeroize certificate sign',
			'zeroize certificate show',
			'zeroize certificate pdf',
			'zeroize certificate summary',
			'zeroize keys',
			'zeroize keys new',
			'zeroize keys show',
			'zeroize completion',
		],
	);
});

for (const {name, text} of helpPages()) {
	test(`the help of ${name} fits 80 columns and ends with an example of it`, t => {
		const lines = text.trimEnd().split('\n');
		t.deepEqual(
			lines.filter(line => line.length > 80),
			[],
		);
		t.is(lines.at(-2), 'Example:');
		t.true(lines.at(-1)?.includes(name));
		t.notRegex(text, /undefined|default: false/);
	});
}

test('a page is what the real command prints', async t => {
	const {stdout} = await $({quiet: true})`${process.execPath} ${path.join(root, 'src/cli.ts')} run --help`;
	t.is(helpPages().find(({name}) => name === 'zeroize run')?.text, stdout);
});

test('what stands around the reference is left alone', t => {
	const lines = ['# a', '<!-- command reference: written by npm run gen -->', 'stale words'];
	const {text} = generateReference(`${lines.join('\n')}\n<!-- end of the command reference -->\n## b\n`);
	t.true(text.startsWith(`${lines[0]}\n${lines[1]}\n\n### \`zeroize\`\n`));
	t.true(text.endsWith('\n<!-- end of the command reference -->\n## b\n'));
	t.false(text.includes('stale words'));
	t.is(generateReference(text).text, text);
});

test('a README without the marks is refused, not overwritten', t => {
	t.throws(() => generateReference('# a\n'), {message: /has lost its lines/});
});

test('--check names a stale README, fails, and writes nothing', async t => {
	const tree = tmp.dirSync({prefix: 'zeroize-reference-', unsafeCleanup: true}).name;
	const readme = path.join(tree, 'README.md');
	const stale = (await readFile(path.join(root, 'README.md'), 'utf8')).replace('carry out a recipe', 'stale');
	await writeFile(readme, stale);
	const run = (...flags: readonly string[]) =>
		$({
			quiet: true,
			nothrow: true,
		})`${process.execPath} ${path.join(root, 'src/dev/reference.ts')} ${tree} ${flags}`;
	const {exitCode, stderr} = await run('--check');
	t.is(exitCode, 1);
	t.is(stderr, 'README.md is not what its sources make of it\nhint: npm run gen\n');
	t.is(await readFile(readme, 'utf8'), stale);
	t.is((await run()).stdout, 'README.md written\n');
	t.is((await run('--check')).exitCode, 0);
});
