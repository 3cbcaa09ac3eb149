import test from 'ava';
import {readFonts} from '../../src/paper/fonts.ts';
import {createTypeface, type Line} from '../../src/paper/typeface.ts';

const typeface = createTypeface(await readFonts());
const style = {weight: 'regular', size: 10} as const;

const textOf = ({pieces}: Line): string => pieces.map(({text}) => text).join('');

const wrap = (text: string, width: number): readonly string[] =>
	typeface.wrap(text, {...style, width}).map(textOf);

test('lines are broken at spaces, and none is too wide', t => {
	const text = 'the quick brown fox jumps over the lazy dog';
	const lines = typeface.wrap(text, {...style, width: 80});
	t.true(lines.length > 1);
	t.true(lines.every(({width}) => width > 0 && width <= 80));
	t.is(lines.map(textOf).join(' '), text);
});

for (const [word, ends] of [
	['0123456789abcdef'.repeat(4), /^[0-9a-f]+$/],
	['/var/log/zeroize/20261121T061208Z-dd0229da/certificate', /[-/.]$/],
] as const) {
	test(`a word that is too long is broken: ${word}`, t => {
		const lines = wrap(word, 100);
		t.true(lines.length > 1);
		t.is(lines.join(''), word);
		t.true(
			lines.slice(0, -1).every(line => ends.test(line)),
			lines.join(' | '),
		);
	});
}

test('a line holds one character at least, however narrow it is; no text is one empty line', t => {
	t.deepEqual(wrap('ab', 1), ['a', 'b']);
	t.deepEqual(wrap('', 100), ['']);
});

test('letters with their marks stay together', t => {
	const text = 'e\u0301'.repeat(20);
	t.true(wrap(text, 30).every(line => line.length % 2 === 0 && line.startsWith('e')));
});

for (const [name, text, shown] of [
	['a character that no font has', 'a山b', 'a[U+5C71]b'],
	['a line end', 'a\nb', 'a[U+000A]b'],
	['an override of the direction', 'a\u202Eb', 'a[U+202E]b'],
	['one beyond the first plane', '🔒', '[U+1F512]'],
	['half a character', '\uD83D', '[U+D83D]'],
] as const) {
	test(`${name} is shown by its code point, and counted`, t => {
		const before = typeface.replaced;
		t.deepEqual(wrap(text, 1000), [shown]);
		t.true(typeface.replaced > before);
	});
}

test('Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic are there', t => {
	const before = typeface.replaced;
	wrap('Łódź Nguyễn Ελλάς Ёлка Հայաստան საქართველო שלום سلام – €', 1000);
	t.is(typeface.replaced, before);
});

test('words that are read from right to left stand in that order', t => {
	const [line] = typeface.wrap('a שלום עולם b', {...style, width: 1000});
	t.deepEqual(line?.pieces.map(({text}) => text.trim()).filter(Boolean), ['a', 'עולם', 'שלום', 'b']);
	const xs = line?.pieces.map(({x}) => x) ?? [];
	t.deepEqual(
		xs,
		xs.toSorted((a, b) => a - b),
	);
});

test('a font of somebody else has the characters that ours lacks', async t => {
	const {regular, bold} = await readFonts();
	// The Latin letters of one font, so to speak, and the others of another one.
	const mixed = createTypeface({regular, bold, other: regular});
	t.is(mixed.wrap('abc', {...style, width: 100})[0]?.pieces[0]?.font, 'regular');
	t.throws(() => createTypeface({regular, bold, other: Buffer.from('no font')}), {
		code: 'USAGE',
		message: /reading the font/,
	});
});
