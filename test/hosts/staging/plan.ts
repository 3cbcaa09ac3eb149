import {copyFile, mkdir, realpath, symlink} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {followLinks} from '../../../src/hosts/staging/links.ts';
import {planStage} from '../../../src/hosts/staging/plan.ts';
import {createTools} from '../../../src/process.ts';
import {failure} from '../../_helpers/failure.ts';
import {temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {real} from '../../_helpers/surroundings.ts';

test('all links on the way are known, relative and absolute ones, of directories and of files', async t => {
	const directory = await realpath(await temporaryDirectory(t));
	const at = (name: string) => path.join(directory, name);
	await mkdir(at('usr/lib/deep'), {recursive: true});
	await copyFile('/bin/true', at('usr/lib/deep/real'));
	await symlink('usr/lib', at('lib'));
	await symlink('../lib/deep', at('usr/short'));
	await symlink(at('lib/deep/real'), at('usr/name'));
	await symlink('../../name', at('usr/lib/deep/again'));
	t.deepEqual(await followLinks(at('usr/short/again')), {
		realPath: at('usr/lib/deep/real'),
		links: [
			{path: at('usr/short'), target: '../lib/deep'},
			{path: at('lib'), target: 'usr/lib'},
			{path: at('usr/lib/deep/again'), target: '../../name'},
			{path: at('usr/name'), target: at('lib/deep/real')},
			{path: at('lib'), target: 'usr/lib'},
		],
	});
	t.deepEqual(await followLinks(at('usr/lib/deep/real')), {realPath: at('usr/lib/deep/real'), links: []});
});

test('a circle of links, and a link to nothing, are refused', async t => {
	const directory = await temporaryDirectory(t);
	await symlink('b', path.join(directory, 'a'));
	await symlink('a', path.join(directory, 'b'));
	await symlink('gone', path.join(directory, 'c'));
	t.regex((await failure(t, followLinks(path.join(directory, 'a')))).message, /too many levels/);
	t.regex((await failure(t, followLinks(path.join(directory, 'c')))).message, /no such file/);
});

test('a plan has every file once, with the names that lead to it', async t => {
	const plan = await planStage(
		{executable: process.execPath, programs: ['dd', 'lsblk', 'poweroff']},
		real.tools,
	);
	const paths = plan.files.map(file => file.path);
	t.deepEqual(paths, [...new Set(paths)].sort());
	for (const file of paths) {
		t.is(await realpath(file), file);
	}

	t.true(paths.includes(await realpath('/bin/dd')));
	t.true(paths.includes(await realpath('/sbin/poweroff')));
	t.true(paths.includes('/etc/ld.so.cache'));
	t.is(plan.executable.path, await realpath(process.execPath));
	const bytes = [plan.executable, ...plan.files].reduce((sum, {totalBytes}) => sum + totalBytes, 0);
	t.true(plan.totalBytes >= bytes);
	t.true(plan.totalBytes <= bytes + (plan.files.length + plan.links.length + 1) * 65_536);
	t.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
});

test('a program of an unusual directory gets a name in a usual one', async t => {
	const directory = await temporaryDirectory(t);
	const program = path.join(directory, 'zeroize-probe');
	await copyFile('/bin/true', program);
	const tools = createTools({env: {PATH: directory}});
	const {links, files} = await planStage({executable: '/bin/true', programs: ['zeroize-probe']}, tools);
	t.deepEqual(
		links.find(link => link.path === '/usr/local/bin/zeroize-probe'),
		{path: '/usr/local/bin/zeroize-probe', target: program},
	);
	t.true(files.some(file => file.path === program));
});

test('a program that is not installed is named with its package', async t => {
	const empty = createTools({env: {PATH: ''}});
	const error = await failure(t, planStage({executable: '/bin/true', programs: ['zeroize-probe']}, empty));
	t.is(error.code, 'TOOL_MISSING');
	t.is(error.message, 'looking for zeroize-probe: it is not installed');
});
