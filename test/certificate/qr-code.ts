import test from 'ava';
import {drawQrCode, maxQrCharacters} from '../../src/certificate/qr-code.ts';
import {photograph, scan} from '../_helpers/console-picture.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

for (const length of [20, 300, maxQrCharacters]) {
	test(`a scanner reads ${length} characters off a console of 80 columns`, async t => {
		const text = `ZEROIZE:1:${alphabet.repeat(14)}`.slice(0, length - 1).concat('.');
		const {rows, columns, version} = drawQrCode(text);
		t.true(version <= 13 && columns <= 77 && rows.every(row => row.length === columns));
		const screen = ['12:03:04 -----END ZEROIZE CERTIFICATE-----', ...rows, '12:03:05 SANITIZED - erased'];
		t.deepEqual(await scan(photograph(screen)), [text]);
	});
}

test('an inverted terminal takes a scanner that reads inverted codes', async t => {
	const text = `ZEROIZE:1:${alphabet.repeat(7)}.`;
	const picture = photograph(drawQrCode(text).rows, {isDarkOnLight: true});
	t.deepEqual(await scan(picture, {inverted: true}), [text]);
});

test('its quiet zone is painted on all four sides', t => {
	const {rows} = drawQrCode('ZEROIZE');
	for (const row of [...rows.slice(0, 2), rows.at(-1) ?? '']) {
		t.regex(row, /^█+$/);
	}

	t.true(rows.every(row => row.startsWith('████') && row.endsWith('████')));
});

test('more than fits is a fault of the caller', t => {
	t.throws(() => drawQrCode('A'.repeat(maxQrCharacters + 1)), {code: 'INTERNAL'});
});
