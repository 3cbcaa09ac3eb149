import {createHash} from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {$} from 'zx';
import {armor} from '../../src/certificate/armor.ts';
import {findCertificates} from '../../src/certificate/capture.ts';
import {SanitizeError} from '../../src/errors.ts';
import {certificateFixtures} from '../_helpers/certificates.ts';

const text = certificateFixtures['system-disk'];

const decode = (lines: readonly string[]) => findCertificates(lines.join('\n')).map(({result}) => result);

const problemOf = (lines: readonly string[]): string => {
	const [result] = decode(lines);
	return result instanceof SanitizeError ? `${result.code}: ${result.message}` : 'it was read';
};

for (const [name, fixture] of Object.entries(certificateFixtures)) {
	test(`the certificate "${name}" is lines of at most 64 ASCII characters, with the hash of the journal`, t => {
		const lines = armor(fixture);
		t.true(lines.every(line => /^[!-~]{1,64}$/.test(line) || line.startsWith('-----')));
		t.true(lines.includes(createHash('sha256').update(fixture).digest('hex')));
		t.deepEqual(decode(lines), [fixture]);
	});
}

test('tools that every system has read it too', async t => {
	const lines = armor(text).join('\n');
	const script = `sed '1d; /^sha256:/,$d' | base64 -d | gunzip`;
	const {stdout} = await $({input: lines, quiet: true})`sh -c ${script}`;
	t.is(stdout, text);
});

// Any text that JSON can be, and what a console puts around and between its lines.
const anyText = fc.string({unit: 'binary', maxLength: 3000});
const noise = fc.constantFrom(
	'[  123.456789] sd 0:0:0:0: [sda] Synchronizing SCSI cache',
	'systemd-journald[231]: Failed to write entry, ignoring: Read-only file system',
	'[   12.345678] random: crng init done',
	'\u001B[0;1;31mEMERGENCY\u001B[0m: press Enter',
	'random',
	'',
);
const prefix = fc.constantFrom(
	'',
	'12:03:04 ',
	'2026-11-21T06:12:07.931Z ',
	'[  123.456789] ',
	'[2026-11-21 06:12:07] ',
	'\u001B[32m',
	'2026-11-21 06:12:07.123 12:03:04 ',
);
const lineEnd = fc.constantFrom('\n', '\r\n', '\r\r\n');

const randomPlaces = (lines: number) =>
	fc.array(fc.record({at: fc.nat({max: lines}), line: noise}), {maxLength: 8});

test('any text comes back from a capture with times, carriage returns and lines in between', t => {
	fc.assert(
		fc.property(
			anyText.chain(it =>
				fc.record({it: fc.constant(it), noises: randomPlaces(armor(it).length), prefix, lineEnd}),
			),
			({it, noises, prefix: start, lineEnd: end}) => {
				const lines = armor(it).map(line => `${start}${line}`);
				for (const {at, line} of noises.toSorted((a, b) => b.at - a.at)) {
					lines.splice(at, 0, line);
				}

				t.deepEqual(
					findCertificates(lines.join(end)).map(({result}) => result),
					[it],
				);
			},
		),
	);
});

test('a block with one changed character is rejected', t => {
	const lines = armor(text).slice(1, -1);
	fc.assert(
		fc.property(
			fc.nat({max: lines.length - 1}),
			fc.nat({max: 63}),
			fc.constantFrom(...'ABYZabyz0189+/='),
			(row, column, character) => {
				const line = lines[row] ?? '';
				const index = column % line.length;
				fc.pre(line[index] !== character);
				const changed = `${line.slice(0, index)}${character}${line.slice(index + 1)}`;
				const [result] = decode(armor(text).with(row + 1, changed));
				t.true(result instanceof SanitizeError);
			},
		),
		{numRuns: 500},
	);
});

test('a line cut by the kernel and written again, twice or broken in two is read', t => {
	const lines = armor(text);
	const [, second = '', third = ''] = lines;
	t.deepEqual(decode(lines.toSpliced(2, 0, `${third.slice(0, 20)}[  9.1] sd 0:0:0:0: rejecting I/O`)), [
		text,
	]);
	t.deepEqual(decode(lines.toSpliced(1, 0, second)), [text]);
	t.deepEqual(decode(lines.flatMap(line => line.match(/.{1,40}/g) ?? [])), [text]);
});

test('of two copies the whole one counts, and two certificates are two', t => {
	const lines = armor(text);
	const damaged = lines.toSpliced(4, 2);
	const other = armor(certificateFixtures.loop);
	const found = findCertificates([...damaged, 'login:', ...lines, ...other].join('\r\n'));
	t.deepEqual(
		found.map(({line, result}) => [line, result instanceof SanitizeError ? result.code : result]),
		[
			[1, 'CERTIFICATE_INVALID'],
			[damaged.length + 2, text],
			[damaged.length + 2 + lines.length, certificateFixtures.loop],
		],
	);
	// The first one's end was lost with the rest of it.
	t.deepEqual(decode([...lines.slice(0, 9), ...lines]).at(-1), text);
});

for (const {title, lines, problem} of [
	{title: 'a missing line', lines: armor(text).toSpliced(3, 1), problem: /some are missing or damaged/},
	{title: 'its end missing', lines: armor(text).slice(0, -4), problem: /a checksum is missing or damaged/},
	{
		title: 'the hash of another text',
		lines: armor(text).with(-3, 'a'.repeat(64)),
		problem: /its text does not fit its SHA-256/,
	},
	{title: 'nothing in it', lines: armor(text).slice(0, 1), problem: /a checksum is missing/},
]) {
	test(`a block with ${title} is said to be so`, t => {
		t.regex(problemOf(lines), problem);
		t.regex(problemOf(lines), /^CERTIFICATE_INVALID/);
	});
}
