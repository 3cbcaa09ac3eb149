import {spawnSync} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {publicPem} from '../../src/certificate/signing-key.ts';
import {createPlace, runFile, zeroize} from '../_helpers/cli.ts';
import {isRoot} from '../_helpers/loop.ts';
import {makeKey, signedRun} from '../_helpers/proof.ts';
import {codeBlocks, readme} from '../_helpers/readme.ts';

const hasJq = spawnSync('jq', ['--version']).status === 0;

const withJq = hasJq ? test : test.skip;

/** Follows the README's instructions in a directory with a journal and its certificate. */
const checkByHand = async (directory: string, tool = 'sha256sum'): Promise<string> => {
	const script = codeBlocks('sh').find(code => code.includes(tool)) ?? 'exit 9';
	const {stdout} = await runFile('sh', ['-euc', script], {cwd: directory});
	return stdout;
};

const eraseFile = async (t: ExecutionContext, ...options: readonly string[]): Promise<string> => {
	const place = await createPlace(t);
	const image = await place.image(4096);
	const {exitCode, stderr} = await zeroize([
		...['run', 'erase', '--device', `file:${image}`, '--confirm', image],
		...place.args,
		...options,
	]);
	t.is(exitCode, 0, stderr);
	const {log} = await place.runs();
	return log[0] ?? '';
};

withJq(
	'its loop proves a journal and its certificate by hand, and finds a changed line (needs jq)',
	async t => {
		const directory = await eraseFile(t);
		const journal = path.join(directory, 'journal.jsonl');
		const text = await readFile(journal, 'utf8');
		t.is(await checkByHand(directory), 'the certificate was issued here\n');

		await writeFile(journal, text.replace('"step":"verify"', '"step":"Verify"'));
		const output = await checkByHand(directory);
		t.regex(output, /^broken chain: \{/);
		t.false(output.includes('{"seq":1,'));

		await writeFile(journal, text.split('\n').toSpliced(2, 1).join('\n'));
		t.regex(await checkByHand(directory), /^broken chain: \{"seq":4,/);
	},
);

withJq('its lines make the bytes of a random pass again, with openssl alone (needs jq)', async t => {
	const directory = await eraseFile(t, '--eraser', 'pattern');
	t.is(await checkByHand(directory, 'openssl'), 'as written\n');
	const {device} = JSON.parse(await readFile(path.join(directory, 'certificate.json'), 'utf8'));
	await writeFile(device.path, 'other', {flag: 'r+'});
	const error = await t.throwsAsync<Error & {stdout?: string}>(checkByHand(directory, 'openssl'));
	t.regex(error.stdout ?? '', /differ: (?:byte|char) 1,/);
});

withJq(
	'its lines verify a signed certificate and journal of a loop device with openssl and jq alone',
	async t => {
		const place = await createPlace(t);
		const key = await makeKey(place);
		const image = await place.image(8192);
		const scheme = isRoot ? 'loop' : 'file';
		const {exitCode, stderr} = await zeroize([
			...['run', 'erase', '--device', `${scheme}:${image}`, '--confirm', image, '--verify', 'sampled:33.3'],
			...[...place.args, '--key', key.file, '--nonce', 'Nonce "1" \\ <&>~'],
		]);
		t.is(exitCode, 0, stderr);
		const [directory = ''] = (await place.runs()).log;
		await writeFile(path.join(directory, 'zeroize.pem'), publicPem(key));
		for (const tool of ['> signed', '> sealed']) {
			t.is(await checkByHand(directory, tool), 'Signature Verified Successfully\n');
		}

		for (const [file, tool] of [
			['certificate.json', '> signed'],
			['journal.jsonl', '> sealed'],
		] as const) {
			const text = await readFile(path.join(directory, file), 'utf8');
			await writeFile(
				path.join(directory, file),
				text
					.replaceAll('"outcome":"sanitized"', '"outcome":"verified"')
					.replace('"totalBytes": 8192', '"totalBytes": 8193'),
			);
			const error = await checkByHand(directory, tool).then(
				output => output,
				(failed: {stdout: string}) => failed.stdout,
			);
			t.regex(error, /Signature Verification Failure|does not fit its seal/);
		}
	},
);

withJq('its payload of the second signature is the one that the validator signed', async t => {
	const {certificateFile, place} = await signedRun(t);
	const validator = await makeKey(place, 'v.pem');
	const signed = await zeroize([
		'certificate',
		'sign',
		certificateFile,
		'--key',
		validator.file,
		'--name',
		'Ü',
	]);
	t.is(signed.exitCode, 0, signed.stderr);
	const directory = path.dirname(certificateFile);
	await writeFile(path.join(directory, 'zeroize.pem'), publicPem(validator));
	const script = codeBlocks('sh').find(code => code.includes('> signed')) ?? 'exit 9';
	const [, payload = ''] = /payload\n`jq -jcS '([^']+)'`/.exec(readme) ?? [];
	const second = script.replaceAll('[0]', '[1]').replace('del(.signatures)', payload);
	const {stdout} = await runFile('sh', ['-euc', second], {cwd: directory});
	t.is(stdout, 'Signature Verified Successfully\n');
});

test('the line that it names is where the certificate was issued, and holds what it says', async t => {
	const directory = await eraseFile(t);
	const lines = (await readFile(path.join(directory, 'journal.jsonl'), 'utf8')).split('\n');
	const {journalSeq} = JSON.parse(await readFile(path.join(directory, 'certificate.json'), 'utf8'));
	const issued = JSON.parse(lines[journalSeq - 1] ?? '');
	t.like(issued, {type: 'step.started', step: 'issue-certificate'});
	const finished = JSON.parse(lines[journalSeq] ?? '');
	t.like(finished, {type: 'step.finished', step: 'issue-certificate'});
	const [{path: file, sha256}] = finished.certificates;
	t.is(file, path.join(directory, 'certificate.json'));
	const {stdout} = await runFile('sha256sum', [file]);
	t.is(stdout.split(' ')[0], sha256);
	const shown = await zeroize(['certificate', 'show', '--json', path.join(directory, 'journal.jsonl')]);
	t.is(shown.stdout, await readFile(file, 'utf8'));
});
