import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {findLibraries} from '../../../src/hosts/staging/libraries.ts';
import type {ToolResult} from '../../../src/process.ts';
import {failure} from '../../_helpers/failure.ts';
import {temporaryDirectory} from '../../_helpers/fake-tools.ts';
import {answering, real} from '../../_helpers/surroundings.ts';

const dd = '/usr/bin/dd';

const saying = (answer: Partial<ToolResult>) => answering({ldd: answer});

test('a real program needs the loader, libc, and what libc opens later', async t => {
	const libraries = await findLibraries(real.tools, dd);
	const names = libraries.map(file => path.basename(file));
	t.true(names.includes('libc.so.6'));
	t.true(names.includes('libgcc_s.so.1'));
	t.true(names.some(name => name.startsWith('ld-linux-')));
	t.true(libraries.every(file => path.isAbsolute(file)));
	t.is(new Set(libraries).size, libraries.length);
});

test('a static program needs none', async t => {
	t.deepEqual(await findLibraries(real.tools, '/sbin/ldconfig'), []);
	const older = saying({exitCode: 1, stderr: '\tnot a dynamic executable\n'});
	t.deepEqual(await findLibraries(older, dd), []);
});

test('a loader that stands elsewhere is needed under both names', async t => {
	const tools = saying({
		stdout: '\tlinux-vdso.so.1 (0x00007ffd)\n\t/lib64/ld-linux-x86-64.so.2 => /opt/lib/ld.so (0x00007f01)\n',
	});
	t.deepEqual(await findLibraries(tools, dd), ['/lib64/ld-linux-x86-64.so.2', '/opt/lib/ld.so']);
});

test('a library that is missing, or too old, is named', async t => {
	const missing = saying({
		exitCode: 1,
		stdout: '\tlibc.so.6 => /lib/libc.so.6 (0x01)\n\tlibaio.so.1 => not found\n\tlibnope.so.2 => not found\n',
	});
	const error = await failure(t, findLibraries(missing, dd));
	t.is(error.code, 'TOOL_MISSING');
	t.is(error.message, `looking for the libraries of ${dd}: libaio.so.1, libnope.so.2 not found`);
	const old = saying({
		exitCode: 1,
		stdout: '\tlibc.so.6 => /lib/libc.so.6 (0x01)\n',
		stderr: `${dd}: /lib/libc.so.6: version \`GLIBC_2.38' not found (required by ${dd})\n`,
	});
	t.regex((await failure(t, findLibraries(old, dd))).message, /version `GLIBC_2.38' not found/);
});

test('a script is refused, and so is what cannot be read', async t => {
	const script = path.join(await temporaryDirectory(t), 'script');
	await writeFile(script, '#!/bin/sh\n');
	const error = await failure(t, findLibraries(real.tools, script));
	t.is(error.code, 'UNSUPPORTED');
	t.regex(error.message, /it is not an ELF program$/);
	t.is((await failure(t, findLibraries(real.tools, `${script}.gone`))).code, 'PLACE_UNUSABLE');
});

test('an ldd that says nothing is not taken for a static program', async t => {
	t.is(
		(await failure(t, findLibraries(saying({exitCode: 1, stderr: 'ldd: exited\n'}), dd))).code,
		'TOOL_FAILED',
	);
});
