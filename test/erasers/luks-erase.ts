import {writeFile} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';
import luksErase from '../../src/erasers/luks-erase.ts';
import {SanitizeError} from '../../src/errors.ts';
import {createTools} from '../../src/process.ts';
import {erase} from '../_helpers/eraser-run.ts';
import {isRoot, run, skip} from '../_helpers/eraser-subjects.ts';
import {fakeTools} from '../_helpers/fake-tools.ts';
import {addSlot, type LuksDevice, luksDevice, opensWith} from '../_helpers/luks-device.ts';

const serial = isRoot ? test.serial : skip(test, 'luks-erase');

const dump = async (node: string): Promise<string> => (await run('cryptsetup', ['luksDump', node])).stdout;

const keyAreaOf = ({device}: LuksDevice) =>
	device.facts.drive?.luks?.layout?.keyArea ?? {offset: 0, length: 0};

/** The beginning of each sector that is not zeros: enough to know key material by. */
const sectorsOf = (bytes: Buffer): readonly string[] =>
	Array.from({length: bytes.length / 512}, (_, index) =>
		bytes.toString('latin1', index * 512, index * 512 + 16),
	).filter(text => text !== '\0'.repeat(16));

/** How many sectors of what was in the key area are somewhere on the device. */
const left = (before: Buffer, after: Buffer, {offset, length}: {offset: number; length: number}): number => {
	const there = new Set(sectorsOf(after));
	return sectorsOf(before.subarray(offset, offset + length)).filter(text => there.has(text)).length;
};

for (const version of [1, 2] as const) {
	serial(`LUKS${version}: no key slot, no key material, no way in; and the ciphertext as it was`, async t => {
		const luks = await luksDevice(t, version, async (node, key) => addSlot(node, key));
		const before = await luks.contents();
		t.true(await luks.opens());
		const {result, commits} = await erase(luksErase, luks.device);
		t.is(commits, 1);
		t.like(result, {writtenBytes: luks.device.facts.totalBytes, tool: {name: 'cryptsetup'}});
		t.regex(result.tool.version, /^2\.\d/);
		t.is(result.canary, undefined);
		t.false(await luks.opens());
		const words = await dump(luks.node);
		t.notRegex(words, version === 1 ? /ENABLED/ : /^ {2}\d: luks2/m);
		const after = await luks.contents();
		const area = keyAreaOf(luks);
		t.true(area.length > 0);
		t.true(left(before, before, area) > 900, `${left(before, before, area)}`);
		t.is(left(before, after, area), 0);
		t.true(after.subarray(area.offset, area.offset + area.length).every(byte => byte === 0));
		const data = luks.device.facts.drive?.luks?.dataOffsetBytes ?? 0;
		t.is(Buffer.compare(before.subarray(data), after.subarray(data)), 0);
	});

	serial(`LUKS${version}: a backup of the header opens it, as is said under notCovered`, async t => {
		const luks = await luksDevice(t, version, async (node, _key, place) =>
			run('cryptsetup', ['luksHeaderBackup', node, '--header-backup-file', place('backup')]),
		);
		await erase(luksErase, luks.device);
		t.false(await luks.opens());
		t.true(await opensWith(luks.keyFile, ['--header', luks.place('backup'), luks.node]));
		t.regex(
			luksErase.notCovered?.join() ?? '',
			/a backup or a detached copy of the LUKS header opens the device/,
		);
	});
}

serial('neither copy of the LUKS2 header keeps a key slot or its salt', async t => {
	const luks = await luksDevice(t, 2);
	const {stdout} = await run('cryptsetup', ['luksDump', '--dump-json-metadata', luks.node]);
	const {salt} = JSON.parse(stdout).keyslots['0'].kdf;
	const headers = (bytes: Buffer) => [bytes.subarray(0, 16_384), bytes.subarray(16_384, 32_768)];
	const counts = (bytes: Buffer) =>
		headers(bytes).map(header => [header.includes(salt), header.includes('"stripes"')]);
	const before = await luks.contents();
	t.deepEqual(counts(before), [
		[true, true],
		[true, true],
	]);
	await erase(luksErase, luks.device);
	t.deepEqual(counts(await luks.contents()), [
		[false, false],
		[false, false],
	]);
});

serial('a key slot that opens no data, which cryptsetup leaves, goes as well', async t => {
	const luks = await luksDevice(t, 2, async (node, key) =>
		addSlot(node, key, ['--unbound', '--key-size', '256']),
	);
	t.regex(await dump(luks.node), /1: luks2 \(unbound\)/);
	await erase(luksErase, luks.device);
	t.notRegex(await dump(luks.node), /^ {2}\d: luks2/m);
});

serial(
	'nothing is written before the commit, and a header that is another one by then is refused',
	async t => {
		const luks = await luksDevice(t, 2);
		const before = await luks.contents();
		const commit = async () => void t.is(Buffer.compare(await luks.contents(), before), 0);
		await erase(luksErase, luks.device, {commit});
		const other = await luksDevice(t, 2);
		await run('cryptsetup', [
			'luksUUID',
			'--batch-mode',
			'--uuid',
			'11111111-1111-4111-8111-111111111111',
			other.node,
		]);
		const changed = await other.contents();
		const error = await t.throwsAsync(
			async () => erase(luksErase, other.device, {commit: async () => t.fail()}),
			{
				instanceOf: SanitizeError,
			},
		);
		t.is(error.code, 'UNSUPPORTED');
		t.regex(error.message, /its UUID was .*, and is 11111111/);
		t.is(Buffer.compare(await other.contents(), changed), 0);
	},
);

serial('it can be done again where no key slot is left', async t => {
	const luks = await luksDevice(t, 2);
	await run('cryptsetup', ['erase', '--batch-mode', luks.node]);
	const {result} = await erase(luksErase, luks.device);
	t.is(result.writtenBytes, luks.device.facts.totalBytes);
});

/** The real cryptsetup, but for one command. Its own words of 2.6.1, captured here: those of a device that it may not write to. */
const failing = async (t: ExecutionContext, command: string, script: string) => {
	const {directory} = await fakeTools(t, {});
	const {stdout} = await run('which', ['cryptsetup']);
	await writeFile(
		`${directory}/cryptsetup`,
		`#!/bin/sh\nif [ "$1" = ${command} ]; then\n${script}\nfi\nexec ${stdout.trim()} "$@"\n`,
		{mode: 0o755},
	);
	return createTools({env: {PATH: `${directory}:${process.env['PATH']}`}});
};

serial('a cryptsetup that fails, that does nothing, and that is not there', async t => {
	const codeOf = async (luks: LuksDevice, changes = {}) => {
		const error = await t.throwsAsync(async () => erase(luksErase, luks.device, changes), {
			instanceOf: SanitizeError,
		});
		t.truthy(error.hint);
		return `${error.code}: ${error.message}`;
	};
	const refused = await failing(
		t,
		'erase',
		"echo 'Cannot write to device /dev/loop0, permission denied.' >&2; exit 1",
	);
	t.regex(
		await codeOf(await luksDevice(t, 2), {tools: refused}),
		/^ERASER_FAILED: .*exit code 1: Cannot write to device/,
	);
	// Found out by what it leaves, and made up for.
	const lazy = await failing(t, 'erase', 'exit 0');
	const luks = await luksDevice(t, 2);
	await erase(luksErase, luks.device, {tools: lazy});
	t.false(await luks.opens());
	t.notRegex(await dump(luks.node), /^ {2}\d: luks2/m);
	const missing = createTools({env: {PATH: ''}});
	const nowhere = {
		...missing,
		run: async () => Promise.reject(new SanitizeError('TOOL_MISSING', 'not here', {hint: 'install it'})),
	};
	const untouched = await luksDevice(t, 1);
	const before = await untouched.contents();
	t.regex(await codeOf(untouched, {tools: nowhere}), /^TOOL_MISSING/);
	t.is(Buffer.compare(await untouched.contents(), before), 0);
});

serial('a device that does not keep what is written over its keys is found out', async t => {
	const luks = await luksDevice(t, 2);
	const forgetful = {...luks.device, write: async (_at: number, bytes: Uint8Array) => bytes.length};
	const error = await t.throwsAsync(async () => erase(luksErase, forgetful), {instanceOf: SanitizeError});
	t.is(error.code, 'NOT_ERASED');
});
