import test from 'ava';
import {certificateFixtures} from '../_helpers/certificates.ts';
import {certificateWith, drawn, signaturesWith} from '../_helpers/papers.ts';
import {outside, overlaps} from '../_helpers/pdf.ts';

const margin = 32;

const batch = (count: number, changes: Parameters<typeof certificateWith>[0] = {}): readonly string[] =>
	Array.from({length: count}, (_, index) =>
		certificateWith({serialNumber: `SERIAL-${index + 1}-END`, model: 'SSD 870 EVO 1TB', ...changes}),
	);

for (const paper of ['a4', 'letter'] as const) {
	test(`60 devices fit one page of ${paper}, legibly, each with its line`, async t => {
		const pdf = await drawn(t, batch(60), {kind: 'summary', paper});
		t.is(pdf.pages, 1);
		for (let number = 1; number <= 60; number += 1) {
			t.true(
				pdf.text.includes(` ${number} sanitized ATA SSD 870 EVO 1TB SERIAL-${number}-END `),
				`${number}`,
			);
		}

		t.regex(pdf.text, /60 devices, 174 TiB - 60 sanitized - finished 2026-11-21/);
		t.regex(pdf.text, /page 1 of 1/);
		t.notRegex(pdf.text, /goes on/);
		const serials = pdf.words.filter(({text}) => text.startsWith('SERIAL-'));
		t.is(serials.length, 60);
		// A box of 7 points is a letter of 6: the small print of this page.
		t.true(serials.every(({top, bottom}) => bottom - top > 6.5));
	});
}

test('a table that goes on says so, numbers its pages, and has every device', async t => {
	const pdf = await drawn(t, batch(150), {kind: 'summary'});
	t.true(pdf.pages > 1);
	t.is(pdf.text.match(/the list goes on, on the next page/g)?.length, pdf.pages - 1);
	t.regex(pdf.text, new RegExp(`page ${pdf.pages} of ${pdf.pages}`));
	const serials = pdf.words.filter(({text}) => text.startsWith('SERIAL-')).map(({text}) => text);
	t.deepEqual(
		serials,
		Array.from({length: 150}, (_, index) => `SERIAL-${index + 1}-END`),
	);
	t.is(pdf.text.match(/Checked by/g)?.length, 1);
});

test('short columns give way to long ones: no serial number or tag of usual length is broken', async t => {
	const pdf = await drawn(t, batch(20, {serialNumber: 'S6EWNA0R912345T8XKQW'}), {kind: 'summary'});
	for (const word of ['S6EWNA0R912345T8XKQW', 'ACME-DC-0042-2026-000771', '2026-11-21', 'Verified']) {
		t.true(pdf.words.filter(({text}) => text === word).length >= (word === 'Verified' ? 1 : 20), word);
	}
});

test('60 characters in every text field: nothing is cut, nothing overflows', async t => {
	const wide = 'W'.repeat(60);
	const pdf = await drawn(
		t,
		batch(9, {manufacturer: wide, model: wide, serialNumber: wide, assetTag: wide}),
		{
			kind: 'summary',
		},
	);
	const [width, height] = pdf.size;
	t.deepEqual(
		outside(pdf.words, {left: margin, top: margin, right: width - margin, bottom: height - margin}),
		[],
	);
	t.deepEqual(overlaps(pdf.words), []);
	t.is(pdf.text.replaceAll(/[^W]/g, '').length, 9 * 4 * 60);
	t.notRegex(pdf.text, /cut here/);
});

test('a rehearsal and a rejected device stand out, and are counted apart', async t => {
	const texts = [
		certificateFixtures.loop,
		certificateWith({rehearsal: true}),
		certificateWith({signatures: signaturesWith('rejected')}),
	];
	const pdf = await drawn(t, texts, {kind: 'summary'});
	t.regex(pdf.text, /3 devices, .* - 1 sanitized - 1 only a rehearsal - 1 rejected by the validator/);
	t.regex(pdf.text, / 2 REHEARSAL /);
	t.regex(pdf.text, / 3 REJECTED /);
});

test('a list of nothing but rehearsals says so across the page', async t => {
	const pdf = await drawn(t, [certificateWith({rehearsal: true})], {kind: 'summary'});
	const {grey} = await pdf.pixels();
	t.true(grey.filter(pixel => pixel > 215 && pixel < 230).length > grey.length / 20);
	t.notRegex(pdf.text, / sanitized ATA/);
});

test('a device without a certificate is named', async t => {
	const uncertified = [{runId: 'RUN-1', device: '/dev/sdq', outcome: 'failed'}];
	const pdf = await drawn(t, batch(1), {kind: 'summary', uncertified});
	t.regex(pdf.text, /Without a certificate, not in this list: \/dev\/sdq of run RUN-1 \(failed\)/);
	t.regex(pdf.text, /1 device, /);
});
