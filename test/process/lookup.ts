import {chmod, chown, mkdir, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {SanitizeError} from '../../src/errors.ts';
import {createTools} from '../../src/process.ts';
import {failure} from '../_helpers/failure.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';

const uid = process.getuid?.() ?? 0;
const asRoot = uid === 0 ? test : test.skip;

const tool = async (directory: string, name = 'zeroize-probe', mode = 0o755): Promise<string> => {
	await mkdir(directory, {recursive: true});
	const file = join(directory, name);
	await writeFile(file, '#!/bin/sh\necho "$0"\n');
	await chmod(file, mode);
	return file;
};

test('a tool is taken from the first directory of PATH that has it', async t => {
	const root = await temporaryDirectory(t);
	const first = await tool(join(root, 'a'));
	await tool(join(root, 'b'));
	const tools = createTools({env: {PATH: `${join(root, 'none')}:${join(root, 'a')}:${join(root, 'b')}`}});
	t.is(await tools.find('zeroize-probe'), first);
	t.is((await tools.run('zeroize-probe', [])).stdout, `${first}\n`);
});

test('the standard directories are looked in when PATH is empty or absent', async t => {
	t.regex(await createTools({env: {PATH: ''}}).find('dd'), /^\/.*\/dd$/);
	t.regex(await createTools({env: {}}).find('dd'), /^\/.*\/dd$/);
});

test('a relative or empty entry of PATH is never looked in', async t => {
	const error = await failure(t, createTools({env: {PATH: '.::fixtures/bin'}}).find('stubborn-dd'));
	t.is(error.code, 'TOOL_MISSING');
});

const unsafePlaces: ReadonlyArray<readonly [string, (directory: string, file: string) => Promise<unknown>]> =
	[
		['in a directory that the group can write to', async directory => chmod(directory, 0o775)],
		['in a directory that everybody can write to', async directory => chmod(directory, 0o777)],
		['in a file that the group can write to', async (_directory, file) => chmod(file, 0o775)],
		[
			'in a file that everybody can write to, in a sticky directory',
			async (directory, file) => {
				await chmod(directory, 0o1777);
				await chmod(file, 0o757);
			},
		],
	];

for (const [place, make] of unsafePlaces) {
	test(`a tool ${place} is passed over for a safe one, and named when there is none`, async t => {
		const root = await temporaryDirectory(t);
		const unsafe = await tool(join(root, 'unsafe'));
		await make(join(root, 'unsafe'), unsafe);
		const error = await failure(t, createTools({env: {PATH: join(root, 'unsafe')}}).run('zeroize-probe', []));
		t.is(error.code, 'TOOL_MISSING');
		t.true(error.message.includes(unsafe));

		const safe = await tool(join(root, 'safe'));
		const both = createTools({env: {PATH: `${join(root, 'unsafe')}:${join(root, 'safe')}`}});
		t.is(await both.find('zeroize-probe'), safe);
	});
}

asRoot("somebody else's tool or directory is not used, unless they run us", async t => {
	const root = await temporaryDirectory(t);
	const directory = join(root, 'theirs');
	const file = await tool(directory);
	await chown(directory, 12_345, 12_345);
	t.is((await failure(t, createTools({env: {PATH: directory}}).find('zeroize-probe'))).code, 'TOOL_MISSING');
	await chown(directory, 0, 0);
	await chown(file, 12_345, 12_345);
	t.is((await failure(t, createTools({env: {PATH: directory}}).find('zeroize-probe'))).code, 'TOOL_MISSING');
	t.is(await createTools({env: {PATH: directory}, uid: 12_345}).find('zeroize-probe'), file);
});

test('a link is judged by what it leads to', async t => {
	const root = await temporaryDirectory(t);
	const target = await tool(join(root, 'store'));
	await mkdir(join(root, 'bin'));
	const link = join(root, 'bin/zeroize-probe');
	await symlink(target, link);
	const tools = createTools({env: {PATH: join(root, 'bin')}});
	t.is(await tools.find('zeroize-probe'), link);
	await chmod(join(root, 'store'), 0o777);
	t.true((await failure(t, tools.find('zeroize-probe'))).message.includes(link));
});

test('a tool in a sticky directory is used when it is ours', async t => {
	const root = await temporaryDirectory(t);
	const file = await tool(join(root, 'sticky'));
	await chmod(join(root, 'sticky'), 0o1777);
	t.is(await createTools({env: {PATH: join(root, 'sticky')}}).find('zeroize-probe'), file);
});

test('a file that cannot be run, and a directory of that name, are not tools', async t => {
	const root = await temporaryDirectory(t);
	await tool(join(root, 'a'), 'zeroize-probe', 0o644);
	await mkdir(join(root, 'b/zeroize-probe'), {recursive: true});
	const error = await failure(t, createTools({env: {PATH: `${root}/a:${root}/b`}}).find('zeroize-probe'));
	t.is(error.message, 'looking for zeroize-probe: it is not installed');
	t.is(error.hint, 'install the package that has zeroize-probe');
});

test('an unsafe tool is reported with the Debian package that has a safe one', async t => {
	const root = await temporaryDirectory(t);
	for (const [name, debianPackage] of [
		['nvme', 'nvme-cli'],
		['sg_sanitize', 'sg3-utils'],
		['hdparm', 'hdparm'],
		['smartctl', 'smartmontools'],
	] as const) {
		await tool(root, name, 0o777);
		const tools = createTools({env: {PATH: root}});
		const found = await tools.find(name).catch((error: unknown) => error);
		// Where the tool is installed the safe one is found instead.
		t.true(
			found instanceof SanitizeError
				? found.hint?.includes(`apt-get install ${debianPackage}`)
				: found !== join(root, name),
		);
	}
});
