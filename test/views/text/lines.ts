import test from 'ava';
import fc from 'fast-check';
import {shortName, toAscii, wrap} from '../../../src/views/text/lines.ts';

test('everything but printable ASCII is replaced', t => {
	t.is(toAscii('a–b “c” d… ü\u{1B}[0m\r\n\u{7F}'), 'a-b "c" d... ??[0m ?');
});

test('a line is broken at spaces and goes on with an indent', t => {
	t.deepEqual(wrap('  hint: stop what uses it now', 20), ['  hint: stop what', '    uses it now']);
	t.deepEqual(wrap('short', 20), ['short']);
	t.deepEqual(wrap('', 20), ['']);
	t.deepEqual(wrap('a'.repeat(25), 20), ['a'.repeat(20), `  ${'a'.repeat(5)}`]);
});

test('no line is wider than asked, and no word is lost', t => {
	fc.assert(
		fc.property(fc.string({maxLength: 300}), fc.integer({min: 20, max: 100}), (text, columns) => {
			const lines = wrap(text, columns);
			t.true(lines.every(line => line.length <= columns));
			t.is(lines.join('').replaceAll(' ', ''), toAscii(text).replaceAll(' ', ''));
		}),
		{numRuns: 500},
	);
});

test('of a long path the end is shown', t => {
	t.is(shortName('/dev/sda'), '/dev/sda');
	t.is(shortName(`/srv/${'x'.repeat(50)}/disk.img`), `...${'x'.repeat(18)}/disk.img`);
});
