import test from 'ava';
import fc from 'fast-check';
import {zeros} from '../../../src/content.ts';
import {describePasses, drawPasses, findScheme, type Pass} from '../../../src/erasers/pattern/scheme.ts';
import {schemes} from '../../../src/erasers/pattern/schemes.ts';
import {captured} from '../../_helpers/fake-tools.ts';

const fixed = (bytes: number) => Buffer.alloc(bytes, 0x5a);

test('the complement is that of the pass before, byte by byte', t => {
	t.deepEqual(drawPasses(['character', 'complement', 'complement', 'random'], fixed), [
		{kind: 'bytes', hex: '5a'},
		{kind: 'bytes', hex: 'a5'},
		{kind: 'bytes', hex: '5a'},
		{kind: 'aes-256-ctr', key: '5a'.repeat(32)},
	]);
	t.deepEqual(drawPasses(['0x924924', 'complement', '0x00', 'complement'], fixed), [
		{kind: 'bytes', hex: '924924'},
		{kind: 'bytes', hex: '6db6db'},
		zeros,
		{kind: 'bytes', hex: 'ff'},
	]);
});

test('each random pass has its own key, each character its own byte', t => {
	let next = 0;
	const counted = (bytes: number) => {
		next += 1;
		return Buffer.alloc(bytes, next);
	};
	t.deepEqual(drawPasses(['random', 'character', 'random', 'character'], counted), [
		{kind: 'aes-256-ctr', key: '01'.repeat(32)},
		{kind: 'bytes', hex: '02'},
		{kind: 'aes-256-ctr', key: '03'.repeat(32)},
		{kind: 'bytes', hex: '04'},
	]);
});

test('a byte that happens to be zero is told as zeros', t => {
	t.deepEqual(
		drawPasses(['character', 'complement'], bytes => Buffer.alloc(bytes)),
		[zeros, {kind: 'bytes', hex: 'ff'}],
	);
});

test('passes in words', t => {
	t.is(describePasses(['0xff']), '1 pass: 0xff');
	t.is(
		describePasses(['character', 'complement', 'random', 'random']),
		'4 passes: one random byte, the complement of that, 2 x random data',
	);
});

test('no name stands for two schemes, and each finds its own', t => {
	const names = schemes.flatMap(({name, aliases}) => [name, ...aliases]);
	t.is(new Set(names).size, names.length);
	for (const scheme of schemes) {
		for (const name of [scheme.name, ...scheme.aliases]) {
			t.is(findScheme(schemes, name), scheme);
		}
	}

	t.is(findScheme(schemes, 'none'), undefined);
});

test('every scheme can be carried out, whatever is drawn, and names its source', t => {
	const isRepeated = (pass: Pass | undefined) => pass !== undefined && pass !== 'random';
	for (const {name, passes, source, title} of schemes) {
		t.true(source.length > 0 && title.length > 0 && passes.length > 0, name);
		for (const [index, pass] of passes.entries()) {
			t.true(pass !== 'complement' || isRepeated(passes[index - 1]), name);
			t.regex(pass, /^(?:random|character|complement|0x(?:[0-9a-f]{2})+)$/);
		}

		fc.assert(
			fc.property(fc.nat(255), byte => {
				const contents = drawPasses(passes, bytes => Buffer.alloc(bytes, byte));
				t.is(contents.length, passes.length);
				t.deepEqual(
					contents.map(({kind}) => kind === 'aes-256-ctr'),
					passes.map(pass => pass === 'random'),
				);
			}),
			{numRuns: 20},
		);
	}
});

const counts = {
	...{random: 1, zero: 1, one: 1, dodshort: 3, dod522022m: 7},
	...{gutmann: 35, ops2: 9, is5enh: 3, bruce7: 7, bmb: 6},
};

test('the number of passes is that of nwipe', t => {
	t.deepEqual(Object.fromEntries(schemes.map(({name, passes}) => [name, passes.length])), counts);
});

test('every method that nwipe 0.33 overwrites with is a scheme, and so is what its manual adds', async t => {
	const help = await captured('nwipe', '0.33-help');
	const [, table = ''] = /--method=METHOD(.*?)--logfile/s.exec(help) ?? [];
	const methods = [...table.matchAll(/^ +(\w+(?: \/ \w+)*) +- /gm)].flatMap(([, names = '']) =>
		names.split(' / '),
	);
	t.true(methods.length > 8);
	for (const method of [...methods, 'is5enh'].filter(name => !name.startsWith('verify_'))) {
		t.truthy(findScheme(schemes, method), method);
	}
});
