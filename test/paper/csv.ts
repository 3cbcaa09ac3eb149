import test from 'ava';
import {csvOf} from '../../src/paper/csv.ts';

const cells: ReadonlyArray<readonly [value: string | number | boolean | null, cell: string]> = [
	['plain', 'plain'],
	[null, ''],
	[0, '0'],
	[-1, '-1'],
	[true, 'true'],
	['a,b', '"a,b"'],
	['say "so"', '"say ""so"""'],
	[' edge ', '" edge "'],
	['two\r\nlines', 'two  lines'],
	['tab\tinside', 'tab inside'],
	['=1+1', "'=1+1"],
	['+49 69 1234', "'+49 69 1234"],
	['-5', "'-5"],
	['@SUM(A1)', "'@SUM(A1)"],
	['\t=1+1', "' =1+1"],
	['\r=1+1', "' =1+1"],
	['  =1+1', "'  =1+1"],
	['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
	['＝1+1', "'＝1+1"],
	['%0A', "'%0A"],
	['|cmd', "'|cmd"],
	['a=b', 'a=b'],
];

for (const [value, cell] of cells) {
	test(`${JSON.stringify(value)} becomes ${cell}`, t => {
		t.is(csvOf([{name: value}]).replace('\uFEFF', ''), `name\r\n${cell}\r\n`);
	});
}

test('a line of names, then a line each, all with CR LF', t => {
	t.is(
		csvOf([
			{a: 'x', b: 1},
			{a: null, b: 2},
		]),
		'a,b\r\nx,1\r\n,2\r\n',
	);
});

test('a byte order mark only where a spreadsheet needs it', t => {
	t.is(csvOf([{a: 'Müller'}]), '\uFEFFa\r\nMüller\r\n');
	t.false(csvOf([{a: 'Mueller'}]).startsWith('\uFEFF'));
});
