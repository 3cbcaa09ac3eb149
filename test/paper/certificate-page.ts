import test from 'ava';
import {readCapture} from '../../src/commands/text/captured-certificates.ts';
import {certificateFixtures} from '../_helpers/certificates.ts';
import {certificateFilledWith, certificateWith, drawn, signaturesWith} from '../_helpers/papers.ts';
import {outside, overlaps} from '../_helpers/pdf.ts';

const margin = 40;

for (const name of ['loop', 'loop-sampled', 'system-disk', 'long'] as const) {
	for (const paper of ['a4', 'letter'] as const) {
		test(`${name} on ${paper}: one page, and its QR codes are the certificate to the byte`, async t => {
			const text = certificateFixtures[name];
			const pdf = await drawn(t, [text], {paper});
			t.is(pdf.pages, 1);
			t.deepEqual(pdf.size, paper === 'a4' ? [595.28, 841.89] : [612, 792]);
			const codes = await pdf.codes();
			t.true(codes.length > 0);
			t.deepEqual(readCapture(codes.join('\n'), 'codes')?.texts, [text]);
			t.is(await pdf.attachment('certificate.json'), text);
			t.regex(pdf.text, /Certificate of Sanitization .* SANITIZED/);
			t.notRegex(pdf.text, /REHEARSAL/i);
		});
	}
}

test('it has the fields of SP 800-88r2 section 4.6 and Appendix C', async t => {
	const {text} = await drawn(t, [certificateWith({nonce: 'audit 2026/17'})]);
	for (const field of [
		'Manufacturer ATA',
		'Serial number S6EWNA0R912345T8XKQW',
		'Property number ACME-DC-0042-2026-000771',
		'Media type flash (SSD)',
		'Media source edge-router-17.example.com',
		'Confidentiality',
		'Method clear',
		'Technique overwrite',
		'Tool zeroize 0.1.0, eraser dd, dd (coreutils) 9.1',
		'Written 3200631791616 bytes',
		'2.9 TiB (3200631791616 bytes)',
		'passed: sampled',
		'Started 2026-11-21T06:12:08.603Z',
		'Finished 2026-11-21T06:12:08.840Z',
		'Performed by Validated by Concurrence',
		'Jörg Müller',
		'Siobhán Ní Bhriain',
		'Signature Signature Signature',
		'Media destination',
		'hidden areas (HPA, DCO, AMA)',
		'audit 2026/17',
		'20261121T061208Z-dd0229da',
		'none in the file',
	]) {
		t.true(text.includes(field), `${field} in ${text}`);
	}

	const joined = text.replaceAll(' ', '');
	t.true(joined.includes('WWN0x58ce38ee20a1b2c3'));
	t.true(joined.includes('58e14fc9d5077722da06a8d64c2e21279f2a40b1ee95604b0c5c36d2d3d0ffac'.slice(0, 30)));
});

for (const [title, filling] of [
	['words', 'Quick brown foxes jump over the lazy dogs of Wolverhampton, WWW'],
	['one wide word', 'W'.repeat(60)],
	['a path', '/srv/some-directory/with.dots_and-lines/again-and/again/and/on/'],
	['letters of another script', 'Ж'.repeat(60)],
] as const) {
	for (const paper of ['a4', 'letter'] as const) {
		test(`60 characters in every text field, ${title}, on ${paper}: nothing is cut, nothing overflows`, async t => {
			const {text, values} = certificateFilledWith(filling);
			const pdf = await drawn(t, [text], {paper});
			t.is(pdf.pages, 1);
			const [width, height] = pdf.size;
			const page = {left: margin, top: margin, right: width - margin, bottom: height - margin};
			t.deepEqual(outside(pdf.words, page), []);
			t.deepEqual(overlaps(pdf.words), []);
			const everything = pdf.words.map(word => word.text).join('');
			for (const value of values) {
				// Columns stand side by side, so of a field only what is in one line is together.
				t.true(everything.includes(value.replaceAll(' ', '').slice(0, 8)), value);
			}

			t.notRegex(pdf.text, /cut here/);
			t.deepEqual(readCapture((await pdf.codes()).join('\n'), 'codes')?.texts, [text]);
		});
	}
}

test('a rehearsal with both signatures, a nonce and 60 characters in every text field still fits a page of letter', async t => {
	const filled = JSON.parse(certificateFilledWith('W'.repeat(60)).text);
	const changes = {...filled, signatures: signaturesWith('approved'), nonce: 'n'.repeat(60), rehearsal: true};
	const pdf = await drawn(t, [certificateWith(changes)], {paper: 'letter'});
	t.is(pdf.pages, 1);
	t.notRegex(pdf.text, /cut here/);
	const upright = pdf.words.filter(({top, bottom}) => bottom - top < 40);
	t.deepEqual(outside(upright, {left: margin, top: margin, right: 612 - margin, bottom: 792 - margin}), []);
	t.deepEqual(overlaps(upright), []);
	t.true((await pdf.codes()).length > 0);
});

test('the command of a drive that erased itself stands on the page, beside its canary', async t => {
	const {tool} = JSON.parse(certificateFixtures.long);
	const command = 'nvme format /dev/nvme0n1 --namespace-id=1 --lbaf=0 --ses=1 --timeout=604800000 --force';
	const changes = {
		...{method: 'purge', technique: 'block-erase', tool: {...tool, command: command.split(' ')}},
		...{canary: {blocks: 256, blockBytes: 4096, seedSha256: 'a'.repeat(64)}, nonce: 'n'.repeat(60)},
	};
	const pdf = await drawn(t, [certificateWith(changes)], {paper: 'letter'});
	t.is(pdf.pages, 1);
	t.notRegex(pdf.text, /cut here/);
	t.true(command.split(' ').every(word => pdf.text.includes(word)));
	t.deepEqual(overlaps(pdf.words), []);
});

test('a field stays in its column', async t => {
	const wide = 'W'.repeat(60);
	const person = {name: wide, title: wide, date: wide, location: wide, contact: wide};
	const pdf = await drawn(t, [
		certificateWith({model: wide, recipe: wide, performedBy: person, validatedBy: person}),
	]);
	const long = pdf.words.filter(({text}) => /^W{10,}$/.test(text));
	const starts = new Set(long.map(({left}) => Math.round(left)));
	t.is(starts.size, 4);
	const width = 595.28 - 2 * margin;
	const [half, third] = [(width - 18) / 2, (width - 28) / 3];
	for (const {left, right} of long) {
		const ends = [margin + third, margin + 2 * third + 14, margin + half, margin + width];
		t.true(
			ends.some(end => right <= end + 1 && left > end - half),
			`${left} to ${right}`,
		);
	}
});

test('texts without end do not break the page: they are cut, and say so', async t => {
	const endless = 'all of this was not reached '.repeat(2000);
	const pdf = await drawn(t, [certificateWith({notCovered: [endless], model: 'M'.repeat(5000)})]);
	t.is(pdf.pages, 1);
	t.regex(pdf.text, /cut here: the file has all of it/);
	t.deepEqual(outside(pdf.words, {left: 40, top: 40, right: 555.28, bottom: 801.89}), []);
});

test('what is too long for QR codes on a page is attached, and the page says so', async t => {
	const random = Array.from({length: 300}, (_, index) => ((index + 1) * 7_919 ** 3).toString(36)).join(' ');
	const text = certificateWith({notCovered: [random]});
	const pdf = await drawn(t, [text]);
	t.deepEqual(await pdf.codes(), []);
	t.regex(pdf.text, /too long for QR codes/);
	t.is(await pdf.attachment('certificate.json'), text);
});

test('a rehearsal says so in the field, in big letters and across the page', async t => {
	const pdf = await drawn(t, [certificateWith({rehearsal: true})]);
	t.notRegex(pdf.text, /SANITIZED/);
	t.regex(pdf.text, /No device may be released on this page/);
	t.regex(pdf.text, /Outcome rehearsal only/);
	const {width, height, grey} = await pdf.pixels();
	// In each ninth of the diagonal there is grey of it.
	for (const part of [2, 3, 4, 5, 6]) {
		const [x, y] = [Math.round((width * part) / 9), Math.round((height * (9 - part)) / 9)];
		const near = Array.from({length: 120}, (_, dy) =>
			grey.subarray((y + dy - 60) * width + x - 60).subarray(0, 120),
		);
		const count = near.flatMap(row => [...row]).filter(pixel => pixel > 200 && pixel < 240).length;
		t.true(count > 1500, `${part}: ${count}`);
	}

	t.is((await pdf.codes()).length, 2);
});

test('nothing stands across the page of a real run', async t => {
	const [real, rehearsal] = await Promise.all(
		[false, true].map(async isRehearsal => {
			const pdf = await drawn(t, [certificateWith({rehearsal: isRehearsal}, 'loop')]);
			const {grey} = await pdf.pixels();
			return grey.filter(pixel => pixel > 215 && pixel < 230).length / grey.length;
		}),
	);
	t.true((rehearsal ?? 0) > 0.05, `${rehearsal}`);
	t.true((real ?? 1) < 0.01, `${real}`);
});

test('signatures are named with their keys, and not vouched for; what the validator signed stands for the validator', async t => {
	const pdf = await drawn(t, [certificateWith({signatures: signaturesWith('approved')})]);
	t.regex(
		pdf.text,
		/in the file; whose keys they are is not checked here: performed-by, key k1; validated-by, key k2/,
	);
	t.regex(pdf.text, /Val Idator/);
	t.regex(pdf.text, /SANITIZED/);
	t.notRegex(pdf.text, /Siobhán/);
});

test('what the validator rejected is not called sanitized', async t => {
	const pdf = await drawn(t, [certificateWith({signatures: signaturesWith('rejected')})]);
	t.regex(pdf.text, /REJECTED The validator rejected it: do not release the device/);
	t.regex(pdf.text, /Outcome sanitized, rejected by the validator/);
	t.notRegex(pdf.text, /SANITIZED/);
});

test('names in other scripts; what the font lacks, or nobody can see, is shown by its code point', async t => {
	const person = {name: 'Ольга Ковалевская', title: 'Γεωργία', location: 'თბილისი', contact: '山田 \u202Ea'};
	const pdf = await drawn(t, [
		certificateWith({performedBy: person, validatedBy: {name: 'דוד', title: 'Nguyễn'}}),
	]);
	for (const name of [
		'Ольга',
		'Ковалевская',
		'Γεωργία',
		'თბილისი',
		'דוד',
		'Nguyễn',
		'[U+5C71][U+7530]',
		'[U+202E]a',
	]) {
		t.true(pdf.text.includes(name), `${name} in ${pdf.text}`);
	}

	t.regex(pdf.text, /\[U\+…\] is a character that this page cannot show/);
});

test('of a drive in a USB case both serial numbers are there', async t => {
	const text = certificateWith({device: {behindBridge: {model: 'WDC WD10', serialNumber: 'WD-INSIDE1'}}});
	t.regex(
		(await drawn(t, [text])).text,
		/S6EWNA0R912345T8XKQW .*Drive within WDC WD10, serial number WD-INSIDE1/,
	);
	t.regex((await drawn(t, [text], {kind: 'summary'})).text, /S6EWNA0R912345T8XKQW .*\(WD-INSIDE1\)/);
});

test('several certificates: a page each, numbered, each with its attachment', async t => {
	const texts = [certificateFixtures.loop, certificateFixtures.long];
	const pdf = await drawn(t, texts);
	t.is(pdf.pages, 2);
	t.regex(pdf.text, /page 1 of 2.*page 2 of 2/);
	t.is(await pdf.attachment('certificate-2.json'), certificateFixtures.long);
	t.deepEqual(readCapture((await pdf.codes(2)).join('\n'), 'codes')?.texts, [certificateFixtures.long]);
});
