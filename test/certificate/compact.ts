import {createHash} from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {findCertificates} from '../../src/certificate/capture.ts';
import {encodeCompact} from '../../src/certificate/compact.ts';
import {dictionaryVersion1} from '../../src/certificate/dictionary.ts';
import {maxQrCharacters} from '../../src/certificate/qr-code.ts';
import {SanitizeError} from '../../src/errors.ts';
import {certificateFixtures} from '../_helpers/certificates.ts';

const encode = (text: string) => encodeCompact(text, maxQrCharacters);

const decode = (text: string) => findCertificates(text).map(({result}) => result);

const problemOf = (text: string): string => {
	const [result] = decode(text);
	return result instanceof SanitizeError ? `${result.code}: ${result.message}` : 'it was read';
};

test('the dictionary never changes: codes were drawn with it', t => {
	t.is(
		createHash('sha256').update(dictionaryVersion1).digest('hex'),
		'f79d94c2305d709e59c3c131181e82c371d8084129b86c191f5c0b5be9ec387d',
	);
});

// What was drawn once must be readable for ever, whatever zlib a later program has.
const drawnOnce =
	'ZEROIZE:1:497%F01ZA8PU23U2TNLC06125GQ8E9M PXKPWO7KKQDS8C62H+69RVS2A7YB$0CD4BPL91P738609EQFENXLRAR0WJ36PI EU3LQGN80M*PDEI8%-CLE072TNT9I:VC7S6GAI 6 5KAN7XR3-E6X80L-9THA7Y6E95TH6A:V$0W/4G/6M:NQVTNAXU/4I$-FT%S%YFA2RR59F48-R7T4E7RC I4:Y4S/LRS3:B7MUO*H4CQ1/7QG*PKUUV7PPS2C2PLNSMR4T901TAG:4:-RSJI/MVX1KT6PP Q4Z1ZH60DJFQ6ZVGH19VWKF0CY2PQNO40.';

test('a code of version 1 is read', t => {
	t.deepEqual(decode(drawnOnce), [certificateFixtures['system-disk']]);
});

for (const [name, {codes, characters}] of Object.entries({
	loop: {codes: 1, characters: 330},
	'loop-sampled': {codes: 1, characters: 400},
	'system-disk': {codes: 1, characters: 350},
	long: {codes: 2, characters: 850},
})) {
	test(`the certificate "${name}" takes ${codes} code of at most ${characters} characters`, t => {
		const text = certificateFixtures[name as keyof typeof certificateFixtures];
		const parts = encode(text);
		t.is(parts.length, codes);
		t.true(parts.join('').length <= characters);
		t.true(parts.every(part => /^ZEROIZE:[0-9A-Z $%*+\-./:]+\.$/.test(part)));
		t.deepEqual(decode(parts.join('\r\n')), [text]);
		t.deepEqual(decode(parts.toReversed().join('\n')), [text]);
	});
}

test('any text comes back, whatever the length of a part', t => {
	fc.assert(
		fc.property(
			fc.string({unit: 'binary', maxLength: 500}),
			fc.integer({min: 60, max: 619}),
			(text, length) => {
				const parts = encodeCompact(text, length);
				t.true(parts.every(part => part.length <= length));
				t.deepEqual(decode(parts.map(part => `QR-Code:${part}`).join('\n')), [text]);
			},
		),
	);
});

test('a code with one changed character is rejected', t => {
	const [part = ''] = encode(certificateFixtures.loop);
	const head = 'ZEROIZE:1:'.length;
	fc.assert(
		fc.property(
			fc.integer({min: head, max: part.length - 1}),
			fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'),
			(index, character) => {
				fc.pre(part[index] !== character);
				const [result] = decode(`${part.slice(0, index)}${character}${part.slice(index + 1)}`);
				t.true(result instanceof SanitizeError);
			},
		),
		{numRuns: 500},
	);
});

const [single = ''] = encode(certificateFixtures.loop);
const [first = '', second = ''] = encode(certificateFixtures.long);

for (const {title, text, problem} of [
	{title: 'without its end', text: single.slice(0, -9), problem: /its end is missing/},
	{
		title: 'without a character',
		text: single.replace(/(.{50})./, '$1'),
		problem: /a character of it is wrong/,
	},
	{title: 'of a later version', text: single.replace(':1:', ':2:'), problem: /a version that this program/},
	{title: 'in two parts without the second', text: first, problem: /part 2 of 2: it is missing/},
	{
		title: 'in two parts with the first cut',
		text: `${first.slice(0, 90)}\n${second}`,
		problem: /part 1 of 2: its end/,
	},
]) {
	test(`a code ${title} is said to be so`, t => {
		t.regex(problemOf(text), problem);
		t.regex(problemOf(text), /^CERTIFICATE_INVALID/);
	});
}
