import {readFile, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {createPlace, zeroize} from '../_helpers/cli.ts';
import {attach, run as runTool} from '../_helpers/eraser-subjects.ts';
import {isRoot} from '../_helpers/loop.ts';
import {opensWith} from '../_helpers/luks-device.ts';

const serial = isRoot ? test.serial : test.serial.skip;

const luksLoop = async (t: ExecutionContext) => {
	const place = await createPlace(t);
	const store = path.join(place.directory, 'luks.img');
	const key = await place.write('passphrase', 'correct horse');
	await writeFile(store, '');
	await truncate(store, 4 * 1024 ** 2);
	const fast = ['--batch-mode', '--type', 'luks1', '--pbkdf-force-iterations', '1000', '--key-file', key];
	await runTool('cryptsetup', ['luksFormat', ...fast, store]);
	return {place, store, key, node: await attach(t, store, 512)};
};

serial('luks-erase from the command to the certificate, and its method said to be clear', async t => {
	const {place, store, key, node} = await luksLoop(t);
	t.true(await opensWith(key, [store]));
	const certificate = path.join(place.directory, 'certificate.json');
	const {exitCode, stdout, stderr} = await zeroize(
		[
			...['run', 'erase', '--device', node, '--confirm', node, '--eraser', 'luks-erase'],
			...['--progress', 'plain', '--certificate', certificate, ...place.args],
		],
		{timeoutMs: 120_000},
	);
	t.is(exitCode, 0, stderr);
	t.regex(stdout.replaceAll(/\s+/g, ' '), /luks-erase: cryptographic-erase, NIST 800-88 clear/);
	t.false(await opensWith(key, [store]));
	t.like(JSON.parse(await readFile(certificate, 'utf8')), {
		method: 'clear',
		technique: 'cryptographic-erase',
	});
});

serial('it is refused as a purge, and on a device without LUKS; and opal-revert without a PSID', async t => {
	const {place, store, node} = await luksLoop(t);
	const before = await readFile(store);
	const plain = await place.image(4096);
	for (const [args, message] of [
		[
			['--device', node, '--eraser', 'luks-erase', '--method', 'purge'],
			/luks-erase is a clear, and a purge is asked for/,
		],
		[['--device', `file:${plain}`, '--eraser', 'luks-erase'], /no LUKS header of its own/],
		[['--device', node, '--eraser', 'opal-revert'], /opal-revert: /],
		[['--device', node, '--method', 'purge'], /cannot be purged: it is no whole drive/],
	] as const) {
		const {exitCode, stderr} = await zeroize(['plan', 'erase', ...args], {timeoutMs: 120_000});
		t.is(exitCode, 3, stderr);
		t.regex(stderr.replaceAll(/\s+/g, ' '), message);
	}

	t.is(Buffer.compare(await readFile(store), before), 0);
});
