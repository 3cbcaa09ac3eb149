import path from 'node:path';
import test from 'ava';
import {armor, armorBegin} from '../../src/certificate/armor.ts';
import {findCertificates} from '../../src/certificate/capture.ts';
import {encodeCompact} from '../../src/certificate/compact.ts';
import {certificateText, parseCertificate} from '../../src/certificate.ts';
import {readCapture} from '../../src/commands/text/captured-certificates.ts';
import {certificateLines} from '../../src/views/text/certificate-lines.ts';
import {certificateFixtures} from '../_helpers/certificates.ts';
import {createPlace} from '../_helpers/cli.ts';
import {endsWell, fuzz, requirePlain} from '../_helpers/fuzz.ts';
import {runMain} from '../_helpers/main.ts';
import {everyByteChanged, mutated, mutatedValue} from '../_helpers/mutations.ts';

const codes = ['CERTIFICATE_INVALID'] as const;

const texts = Object.values(certificateFixtures);

const armored = texts.map(text => armor(text).join('\n'));

const compact = texts.flatMap(text => [
	encodeCompact(text, 4296).join('\n'),
	encodeCompact(text, 400).join('\n'),
]);

const use = (bytes: Uint8Array): void => {
	const certificate = parseCertificate(Buffer.from(bytes).toString(), 'c');
	requirePlain(certificateLines(certificate).join('\n'));
	certificateText(certificate);
};

const known = new Set<string>(texts);

/** A capture gives a certificate to the byte or none. */
const useCapture = (bytes: Uint8Array): void => {
	const capture = readCapture(Buffer.from(bytes).toString(), 'c');
	for (const text of capture?.texts ?? []) {
		if (!known.has(text)) {
			throw new Error(`another certificate: ${text}`);
		}
	}
};

for (const [what, text, useText] of [
	['certificate', certificateFixtures.loop, use],
	['armored block', armor(certificateFixtures.loop).join('\n'), useCapture],
	['QR text', encodeCompact(certificateFixtures.loop, 4296).join('\n'), useCapture],
] as const) {
	test.serial(`every byte of a small ${what}, changed four times`, async t => {
		let count = 0;
		for (const bytes of everyByteChanged(text)) {
			await endsWell(bytes, {use: useText, codes});
			count += 1;
		}

		t.log(`${count} inputs`);
		t.true(count > 1000);
	});
}

test.serial('1,500 certificates with changed bytes', async t => {
	await fuzz(t, {input: mutated(...texts), runs: 1500, use, codes});
});

test.serial('1,000 certificates with changed values', async t => {
	const input = mutatedValue<unknown>(...texts.map(text => JSON.parse(text))).map(value =>
		Buffer.from(JSON.stringify(value)),
	);
	await fuzz(t, {input, runs: 1000, use, codes});
});

test.serial(
	'1,000 armored blocks and QR texts with changed bytes give what they held or nothing',
	async t => {
		await fuzz(t, {input: mutated(...armored, ...compact), runs: 1000, use: useCapture, codes});
	},
);

const begin = `${armorBegin}\n`;

const lots = 200_000;

const bombs: Readonly<Record<string, string>> = {
	'carriage returns': '\r'.repeat(lots * 10),
	'line feeds': '\n'.repeat(lots * 10),
	'beginnings of blocks': begin.repeat(lots),
	'a block without an end': begin + 'QUJD\n'.repeat(lots),
	'a block of full lines and many last ones': `${begin}${`${'a'.repeat(64)}\n`.repeat(20_000)}${'abcd\n'.repeat(20_000)}sha256:\n${'a'.repeat(64)}\ncrc32:00000000\n`,
	'a block of hashes': `${begin}sha256:\n${'a\n'.repeat(60_000)}crc32:00000000\n`,
	'commands of a terminal without an end': '\u001B]'.repeat(lots),
	'commands of a terminal with words': '\u001B]aaaaaaaaaa;'.repeat(lots),
	'control sequences': '\u001B[1;'.repeat(lots),
	'one control sequence': `\u001B[${';'.repeat(lots * 10)}`,
	brackets: begin + '[a] '.repeat(lots),
	spaces: begin + ' '.repeat(lots * 10),
	'a QR text without an end': `ZEROIZE:1:${'A'.repeat(lots * 50)}`,
	'a long QR text': `ZEROIZE:1:${'A'.repeat(lots * 50)}.`,
	'beginnings of QR texts': 'ZEROIZE:1:'.repeat(lots),
	'parts of a QR text': 'ZEROIZE:1-1OF99-AAAA:A.\n'.repeat(lots),
	'QR texts': 'ZEROIZE:1:AAA.\n'.repeat(lots),
	'JSON that is deep': '['.repeat(lots * 50),
	'JSON that is deep and whole': '['.repeat(lots) + ']'.repeat(lots),
	strings: '"'.repeat(lots * 10),
};

for (const [what, text] of Object.entries(bombs)) {
	test.serial(`a file of nothing but ${what} is refused in time`, async t => {
		const useBoth = () => {
			readCapture(text, 'c');
			use(Buffer.from(text));
		};
		t.false(await endsWell(text, {use: useBoth, codes}));
	});
}

test.serial('a certificate survives every control sequence that stands in its lines', t => {
	const [block = ''] = armored;
	const noisy = block.replaceAll('\n', '\u001B[0;32m\u001B]0;title\u0007\u001B[K\r\n\u001B]8;;x\u001B\\');
	t.deepEqual(
		findCertificates(noisy).map(({result}) => result),
		[texts[0]],
	);
});

test.serial('100 certificate files through the command line: exit 0 or 2', async t => {
	const place = await createPlace(t);
	const file = path.join(place.directory, 'certificate.json');
	const useFile = async (bytes: Uint8Array) => {
		await place.write('certificate.json', Buffer.from(bytes).toString('latin1'));
		for (const options of [[], ['--json']]) {
			const end = await runMain(['certificate', 'show', file, ...options]);
			requirePlain(end.stderr);
			if (end.exitCode !== (end.stderr.includes('hint: ') ? 2 : 0)) {
				throw new Error(`exit ${end.exitCode}: ${end.stderr}`);
			}
		}
	};
	await fuzz(t, {input: mutated(...texts, ...armored, ...compact), runs: 100, use: useFile, codes: []});
});
