import {chmod, readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {createPlace, isAllZero, zeroizeScript} from '../_helpers/cli.ts';
import {runMain} from '../_helpers/main.ts';
import {makeKey, signedRun} from '../_helpers/proof.ts';

const verify = async (file: string, ...options: readonly string[]) =>
	runMain(['certificate', 'verify', file, ...options]);

test('plan and run name the key and the nonce, and verify proves the certificate by all that there is', async t => {
	const {certificateFile, journalFile, key, image} = await signedRun(t, '--nonce', 'Request 7/2026');
	const plan = await runMain([
		...['plan', 'erase', '--device', `file:${image}`, '--key', key.file, '--nonce', 'n'],
	]);
	t.is(plan.exitCode, 0, plan.stderr);
	const said = plan.stdout.replaceAll(/^\d\d:\d\d:\d\d /gm, '');
	t.regex(said, new RegExp(`^signed with: *\\s*${key.file}\n +key ${key.keyId}\nnonce: n$`, 'm'));
	const {stdout: pem} = await runMain(['keys', 'show', key.file]);
	const pemFile = path.join(path.dirname(key.file), 'public.pem');
	await writeFile(pemFile, pem);
	for (const given of [pemFile, key.keyId, key.file]) {
		const end = await verify(
			certificateFile,
			...['--journal', journalFile, '--key', given],
			'--nonce',
			'Request 7/2026',
		);
		t.is(end.exitCode, 0, end.stdout + end.stderr);
		t.true(
			end.stdout.split('\n').every(line => line === '' || line.startsWith('ok  ')),
			end.stdout,
		);
	}
});

test('verify without more says what it did not check; as JSON too', async t => {
	const {certificateFile} = await signedRun(t);
	const end = await verify(certificateFile);
	t.is(end.exitCode, 0);
	t.is(end.stdout.match(/^not checked {2}/gm)?.length, 3);
	const {holds, checks} = JSON.parse((await verify(certificateFile, '--json')).stdout);
	t.true(holds);
	t.is(checks.filter(({result}: {result: string}) => result === 'not checked').length, 3);
});

const withoutSignatures = (text: string): string =>
	`${text.slice(0, text.indexOf(',\n\t"signatures"'))}\n}\n`;

test('a certificate that was changed, unsigned, of another key or for another nonce ends with 4, and says why', async t => {
	const {certificateFile, certificate, place} = await signedRun(t);
	const other = await makeKey(place, 'other.pem');
	const text = certificate.toString();
	const changed = await place.write('changed.json', text.replace('"totalBytes": 4096', '"totalBytes": 4097'));
	const unsigned = await place.write('unsigned.json', withoutSignatures(text));
	for (const [args, says] of [
		[[changed], /signature of performed-by: the certificate, or the signature, is not what was signed/],
		[[unsigned], /nobody has signed it/],
		[[certificateFile, '--key', other.file], /has not signed it/],
		[[certificateFile, '--nonce', 'x'], /nonce: it is missing/],
		[[certificateFile, '--journal', certificateFile], /the journal/],
	] as const) {
		const [file, ...options] = args;
		const end = await verify(file, ...options);
		t.is(end.exitCode, 4, end.stderr);
		t.regex(end.stdout, new RegExp(`^FAILED +.*${says.source}`, 'm'));
		t.regex(end.stderr, says);
		t.regex(end.stderr, /^hint: /m);
		t.false(JSON.parse((await verify(file, ...options, '--json')).stdout).holds);
	}

	t.is((await verify(path.join(place.directory, 'none.json'))).exitCode, 2);
	t.is((await verify(certificateFile, '--key', path.join(place.directory, 'none.pem'))).exitCode, 2);
});

test('the validator signs later: both signatures hold, the file keeps its mode, and nobody signs a third time', async t => {
	const {certificateFile, journalFile, certificate, place, key} = await signedRun(t);
	const validator = await makeKey(place, 'v.pem');
	const sign = async (...options: readonly string[]) =>
		runMain(['certificate', 'sign', certificateFile, ...options]);
	const own = await sign('--key', key.file);
	t.is(own.exitCode, 2);
	t.regex(own.stderr, /is the one that signed for who performed it/);
	await chmod(certificateFile, 0o640);
	const who = ['--name', 'Ünal V.', '--title', 'Auditor', '--location', 'Bern', '--contact', 'v@example'];
	const end = await sign('--key', validator.file, ...who);
	t.is(end.exitCode, 0, end.stderr);
	t.is((await stat(certificateFile)).mode & 0o777, 0o640);
	const {signatures, ...rest} = JSON.parse(await readFile(certificateFile, 'utf8'));
	const {signatures: before, ...same} = JSON.parse(certificate.toString());
	t.deepEqual([rest, signatures[0]], [same, before[0]]);
	t.like(signatures[1].validation, {decision: 'approved', name: 'Ünal V.', title: 'Auditor'});
	const verified = await verify(
		certificateFile,
		...['--journal', journalFile, '--key', key.file, '--key', validator.file],
	);
	t.is(verified.exitCode, 0, verified.stderr);
	t.regex(verified.stdout, /signature of validated-by, key .+: approved by Ünal V\./);
	t.is((await sign('--key', validator.file)).exitCode, 2);
	const {stdout} = await runMain(['certificate', 'show', certificateFile]);
	t.regex(stdout.replaceAll(/\s+/g, ' '), /validation APPROVED: Ünal V\., Auditor, .+, Bern, v@example/);
});

test('a rejection is signed too, and then the certificate does not hold', async t => {
	const {certificateFile, place} = await signedRun(t);
	const {file} = await makeKey(place, 'v.pem', 'locked');
	const args = ['certificate', 'sign', certificateFile, '--key', file, '--decision', 'rejected'];
	t.is((await runMain(args)).exitCode, 2, 'without a passphrase');
	t.is((await runMain(args, {env: {ZEROIZE_PASSPHRASE: 'locked'}})).exitCode, 0);
	const end = await verify(certificateFile);
	t.is(end.exitCode, 4);
	t.regex(end.stderr, /the validator has rejected it/);
});

test('what was changed, or nobody has signed, is not signed by a validator, and stays as it is', async t => {
	const {certificate, place} = await signedRun(t);
	const {file: key} = await makeKey(place, 'v.pem');
	const text = certificate.toString();
	for (const [changed, exitCode] of [
		[text.replace('"totalBytes": 4096', '"totalBytes": 4097'), 4],
		[withoutSignatures(text), 4],
		[text.replace('"sanitized"', '"failed"'), 2],
		['hello', 2],
	] as const) {
		const file = await place.write('changed.json', changed);
		const end = await runMain(['certificate', 'sign', file, '--key', key]);
		t.is(end.exitCode, exitCode, end.stderr);
		t.is(await readFile(file, 'utf8'), changed);
	}
});

test('a signed rehearsal says that it is one', async t => {
	const place = await createPlace(t);
	const {file} = await makeKey(place);
	const certificate = path.join(place.directory, 'c.json');
	const end = await runMain([
		...['rehearse', 'erase', '--size', '1MiB', '--key', file, '--certificate', certificate, ...place.args],
	]);
	t.is(end.exitCode, 0, end.stderr);
	t.true(JSON.parse(await readFile(certificate, 'utf8')).rehearsal);
	t.regex((await verify(certificate, '--key', file)).stdout, /^ok +it certifies .+, A REHEARSAL$/m);
});

test('a recipe can name the key; one that issues no certificate takes neither key nor nonce', async t => {
	const place = await createPlace(t);
	const key = await makeKey(place);
	const recipe = await place.write(
		'signed.yaml',
		`name: signed\ntitle: t\nsummary: s\nsteps:\n  - step: erase\n    eraser: direct\n  - step: verify\n    coverage: full\n  - step: issue-certificate\n    key: ${key.file}\n`,
	);
	const image = await place.image(4096);
	const target = ['--device', `file:${image}`, '--confirm', image, ...place.args];
	const certificate = path.join(place.directory, 'c.json');
	const end = await runMain(['run', recipe, ...target, '--certificate', certificate]);
	t.is(end.exitCode, 0, end.stderr);
	t.is((await verify(certificate, '--key', key.keyId)).exitCode, 0);
	for (const options of [
		['--key', key.file],
		['--nonce', 'x'],
	]) {
		const {exitCode, stderr} = await runMain(['run', 'verify-only', ...target, ...options]);
		t.is(exitCode, 2);
		t.regex(stderr, /the recipe verify-only issues no certificate/);
	}

	for (const nonce of ['', ' ', ' x', 'x\n', 'ü', 'x'.repeat(129)]) {
		t.is((await runMain(['run', 'erase', ...target, '--nonce', nonce])).exitCode, 2, nonce);
	}
});

test('on a terminal the passphrase is asked for before the confirmation, and again when it was wrong', async t => {
	const place = await createPlace(t);
	const image = await place.image(4096);
	const {file} = await makeKey(place, 'k', 'Sesam');
	const answers = ['wrong\r', 'Sesam\r', `${image}\r`];
	let asked = 0;
	const command = `"$NODE" "$CLI" run erase --device file:${image} --key ${file} ${place.args.join(' ')} --progress plain`;
	const end = await zeroizeScript(`exec script -qec '${command}' /dev/null`, {
		stdin: 'pipe',
		timeoutMs: 120_000,
		env: {TERM: 'xterm', SHELL: '/bin/sh'},
		onOutput(text, child) {
			const prompts = text.match(/Passphrase of [^:]+: |to erase it: /g)?.length ?? 0;
			for (; asked < prompts; asked += 1) {
				child.stdin?.write(answers[asked] ?? '');
			}
		},
	});
	t.is(end.exitCode, 0, end.stdout);
	t.regex(end.stdout, /It is not that one\./);
	t.false(end.stdout.includes('Sesam'));
	t.true(await isAllZero(image, 4096));
	const [directory = ''] = (await place.runs()).log;
	for (const name of ['journal.jsonl', 'run.log', 'certificate.json']) {
		t.false((await readFile(path.join(directory, name), 'utf8')).includes('Sesam'), name);
	}
});
