import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {armor} from '../../src/certificate/armor.ts';
import {encodeCompact} from '../../src/certificate/compact.ts';
import {drawQrCode, maxQrCharacters} from '../../src/certificate/qr-code.ts';
import {createPlace, type Place} from '../_helpers/cli.ts';
import {photograph, scan} from '../_helpers/console-picture.ts';
import {runMain} from '../_helpers/main.ts';

const totalBytes = 100_000;

/** A certificate that a run issued, and the text that its event has. */
const issue = async (place: Place) => {
	const image = await place.image(totalBytes);
	const {stdout} = await runMain([
		...['run', 'erase', '--device', `file:${image}`, '--confirm', image],
		...[...place.args, '--eraser', 'direct', '--progress', 'json'],
	]);
	const [directory = ''] = (await place.runs()).log;
	const text = await readFile(path.join(directory, 'certificate.json'), 'utf8');
	return {text, events: stdout.trimEnd().split('\n')};
};

const show = async (file: string, ...options: readonly string[]) =>
	runMain(['certificate', 'show', ...options, file]);

test('the event has the exact text of the certificate', async t => {
	const {text, events} = await issue(await createPlace(t));
	const finished = events.map(line => JSON.parse(line)).find(({certificates}) => certificates);
	t.deepEqual(
		finished.certificates.map(({text: told}: {text: string}) => told),
		[text],
	);
});

test('a console capture and a QR code show the certificate that was issued, to the byte', async t => {
	const place = await createPlace(t);
	const {text} = await issue(place);
	const plain = await show(await place.write('certificate.json', text));
	const [drawn = '', ...others] = encodeCompact(text, maxQrCharacters);
	t.deepEqual(others, []);
	const scanned = await scan(photograph(drawQrCode(drawn).rows));
	const captures = {
		'the armored block in line 2': [
			'login: root',
			...armor(text).map(line => `12:03:04 ${line}`),
			'reboot',
		].join('\r\n'),
		'the QR code text in line 1': scanned.join('\n'),
	};
	for (const [found, capture] of Object.entries(captures)) {
		const file = await place.write('capture', capture);
		const shown = await show(file);
		t.deepEqual([shown.exitCode, shown.stdout], [0, plain.stdout]);
		t.true(shown.stderr.includes(`1 certificate in ${file}`), shown.stderr);
		t.true(shown.stderr.includes(found), shown.stderr);
		t.is((await show(file, '--json')).stdout, text);
	}
});

test('of two copies the whole one is shown, and the damaged one named', async t => {
	const place = await createPlace(t);
	const {text} = await issue(place);
	const lines = armor(text);
	const file = await place.write('capture', [...lines.toSpliced(2, 1), ...lines].join('\n'));
	const {exitCode, stdout, stderr} = await show(file, '--json');
	t.deepEqual([exitCode, stdout], [0, text]);
	t.regex(
		stderr,
		/from the armored block in line \d+; damaged: the armored block in line 1: its lines do not/,
	);
});

test('a capture without a whole certificate is refused with what is wrong in each place', async t => {
	const place = await createPlace(t);
	const {text} = await issue(place);
	const [code = ''] = encodeCompact(text, maxQrCharacters);
	const file = await place.write('capture', [...armor(text).toSpliced(2, 1), code.slice(0, 90)].join('\n'));
	const {exitCode, stdout, stderr} = await show(file);
	t.deepEqual([exitCode, stdout], [2, '']);
	t.regex(
		stderr,
		/the armored block in line 1: its lines do not fit .*; the QR code text in line \d+: its end is/,
	);
	t.regex(stderr, /\nhint: give a capture that holds the whole block/);
});

test('a block that holds no certificate is refused, whole as it is', async t => {
	const place = await createPlace(t);
	const {exitCode, stdout, stderr} = await show(await place.write('capture', armor('{}\n').join('\n')));
	t.deepEqual([exitCode, stdout], [2, '']);
	t.regex(stderr, /manufacturer: /);
});
