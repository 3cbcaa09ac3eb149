import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {parseDump, readLuks} from '../../../src/devices/drive/luks.ts';
import {runFile} from '../../_helpers/cli.ts';
import {askingWith, capture, testReader} from '../../_helpers/drive.ts';
import {temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {real} from '../../_helpers/surroundings.ts';

testReader('luks', {tools: ['cryptsetup'], what: 'luks', read: readLuks});

const cipher = {cipher: 'aes-xts-plain64', keyBits: 512};

const plain = {segments: [{type: 'crypt', cipher: cipher.cipher, isToEnd: true}], requirements: []};

test('LUKS2: the metadata tell, and the dump the UUID', async t => {
	const cryptsetup = [
		{args: 'luksDump --dump-json-metadata *', stdout: await capture('cryptsetup-2.6.1-luks2-json')},
		{args: 'luksDump *', stdout: await capture('cryptsetup-2.6.1-luks2')},
	];
	t.deepEqual(await readLuks(await askingWith(t, {cryptsetup})), {
		luks: {
			version: 2,
			uuid: '9b05db6f-707f-4766-bda4-74c7739bf454',
			keySlots: [0, 1],
			...cipher,
			dataOffsetBytes: 16 * 1024 ** 2,
			layout: {keyArea: {offset: 32_768, length: 16_744_448}, ...plain},
		},
	});
});

test('LUKS1: the dump tells all', async t => {
	const stdout = await capture('cryptsetup-2.6.1-luks1');
	t.deepEqual(await readLuks(await askingWith(t, {cryptsetup: [{stdout}]})), {
		luks: {
			version: 1,
			uuid: '038e175f-f411-450e-8cac-462a5f7e3d64',
			keySlots: [0],
			...cipher,
			dataOffsetBytes: 4096 * 512,
			layout: {keyArea: {offset: 4096, length: (4096 - 8) * 512}, ...plain},
		},
	});
});

test('what is not encrypted', async t => {
	const stderr = await capture('cryptsetup-2.6.1-none-stderr');
	const {luks, unknown} = await readLuks(await askingWith(t, {cryptsetup: [{stderr, exitCode: 1}]}));
	t.is(luks, undefined);
	t.regex(unknown?.[0]?.why ?? '', /is not a valid LUKS device/);
});

test('LUKS2 whose metadata cannot be read is not half known', async t => {
	const cryptsetup = [
		{args: 'luksDump --dump-json-metadata *', stdout: '{"keyslots":{"x":{}},"segments":{}}'},
		{args: 'luksDump *', stdout: await capture('cryptsetup-2.6.1-luks2')},
	];
	const {luks, unknown} = await readLuks(await askingWith(t, {cryptsetup}));
	t.is(luks, undefined);
	t.is(unknown?.[0]?.what, 'luks');
});

test('a header of no version that is known', t => {
	t.throws(() => parseDump('Version:       \t3\n'));
});

for (const version of [1, 2] as const) {
	test(`the real cryptsetup on a header that it made: LUKS${version}`, async t => {
		const directory = await temporaryDirectory(t);
		const [image, key] = [path.join(directory, 'image'), path.join(directory, 'key')];
		await writeFile(key, 'a pass phrase');
		await runFile('truncate', ['-s', '32M', image]);
		const iterations = ['--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'];
		const format = ['luksFormat', '-q', '--type', `luks${version}`, ...iterations, '--key-file', key, image];
		await runFile('/usr/sbin/cryptsetup', format);
		const {luks, unknown} = await readLuks({tools: real.tools, node: image, timeoutMs: 60_000});
		t.is(unknown, undefined);
		t.like(luks, {version, keySlots: [0], ...cipher});
		t.regex(luks?.uuid ?? '', /^[\da-f-]{36}$/);
		t.true((luks?.dataOffsetBytes ?? 0) > 1024 ** 2);
	});
}
