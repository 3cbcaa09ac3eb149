import {readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {runMain} from '../_helpers/main.ts';
import {readPdf} from '../_helpers/pdf.ts';
import {makeKey, signedRun} from '../_helpers/proof.ts';

const isThere = async (file: string): Promise<boolean> =>
	stat(file).then(
		() => true,
		() => false,
	);

test('a signed certificate is printed; one that was changed since is not, nor is its summary', async t => {
	const {certificateFile, certificate, key, place} = await signedRun(t, '--nonce', 'N-1');
	const good = path.join(place.directory, 'good.pdf');
	const printed = await runMain(['certificate', 'pdf', certificateFile, '-o', good]);
	t.is(printed.exitCode, 0, printed.stderr);
	t.true((await readPdf(t, await readFile(good))).text.includes(key.keyId.slice(0, 12)));
	const text = certificate.toString();
	const {signature} = JSON.parse(text).signatures[0];
	const other = await makeKey(place, 'other.pem');
	for (const changed of [
		text.replace('"nonce": "N-1"', '"nonce": "N-2"'),
		text.replace(/^\{/, '{\n\t"approvedBy": "me",'),
		text.replace(signature, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`),
		text.replace(key.publicKey, other.publicKey),
	]) {
		t.not(changed, text);
		const file = await place.write('changed.json', changed);
		const output = path.join(place.directory, 'changed.pdf');
		for (const args of [
			['pdf', file, '-o', output],
			['summary', file, '--pdf', output],
			['pdf', certificateFile, file, '-o', output],
			['pdf', await place.write('none.json', '{}'), file, '-o', output],
		]) {
			const {exitCode, stderr} = await runMain(['certificate', ...args]);
			t.is(exitCode, 4, stderr);
			t.regex(stderr, /changed\.json: signature of performed-by: /);
			t.false(await isThere(output));
		}
	}
});

test('the signature of the validator must hold as well', async t => {
	const {certificateFile, place} = await signedRun(t);
	const {file} = await makeKey(place, 'validator.pem');
	t.is((await runMain(['certificate', 'sign', certificateFile, '--key', file, '--name', 'V'])).exitCode, 0);
	const output = path.join(place.directory, 'c.pdf');
	t.is((await runMain(['certificate', 'pdf', certificateFile, '-o', output])).exitCode, 0);
	await writeFile(
		certificateFile,
		(await readFile(certificateFile, 'utf8')).replace('"name": "V"', '"name": "W"'),
	);
	const {exitCode, stderr} = await runMain(['certificate', 'pdf', certificateFile, '-o', output, '--force']);
	t.is(exitCode, 4);
	t.regex(stderr, /signature of validated-by: /);
});
