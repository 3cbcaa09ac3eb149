import {mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {runMain} from '../_helpers/main.ts';
import {allCompletions, hasShell, openShell, type ShellName} from '../_helpers/shell.ts';

const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
	const {stdout} = await runMain(['complete', '--', ...words]);
	return stdout.split('\n').slice(0, -1);
};

const valuesOf = async (...words: readonly string[]): Promise<readonly string[]> =>
	(await complete(...words)).map(line => line.replace(/\t.*/, ''));

const candidates: ReadonlyArray<readonly [words: readonly string[], values: readonly string[]]> = [
	[['re'], ['rehearse', 'resume', 'recipes']],
	[['nonsense'], []],
	[['run', 'e'], ['erase']],
	[['run', '--device', 'x', 'ssr'], ['ssr-zeroize']],
	[['run', 'erase', ''], []],
	[
		['run', 'erase', '--verify', ''],
		['full', 'sampled', 'none'],
	],
	[
		['verify', '--verify', ''],
		['full', 'sampled'],
	],
	[['verify', '--verify=s'], ['--verify=sampled']],
	[
		['plan', 'erase', '--eraser', 'd'],
		['dd', 'direct', 'discard-secure'],
	],
	[['rehearse', '--keep', 'ver'], ['verify-only']],
	[['rehearse', '--size', ''], []],
	[['run', '--st'], ['--state-dir']],
	[['run', '--unknown=x'], []],
	[
		['certificate', 's'],
		['sign', 'show', 'summary'],
	],
	[['certificate', 'show', 'cert'], [':files']],
	[['certificate', 'pdf', 'a.json', 'b.json', 'cert'], [':files']],
	[['certificate', 'pdf', '-o', ''], [':files']],
	[
		['certificate', 'pdf', '--paper', ''],
		['a4', 'letter'],
	],
	[['certificate', 'summary', 'a.json', '--cs'], ['--csv']],
	[['run', './my-rec'], [':files']],
	[['run', '--certificate', ''], [':files']],
	[['run', '--device', 'loo'], ['loop:']],
	[['run', '--device', 'loop:'], [':files']],
	[
		['completion', ''],
		['bash', 'zsh'],
	],
	[
		[],
		[
			'run',
			'plan',
			'rehearse',
			'resume',
			'verify',
			'devices',
			'recipes',
			'erasers',
			'steps',
			'certificate',
			'keys',
			'completion',
			'help',
		],
	],
];

for (const [words, values] of candidates) {
	test(`"zeroize ${words.join(' ')}" becomes ${values.join(', ') || 'nothing more'}`, async t => {
		t.deepEqual(await valuesOf(...words), values);
	});
}

test('a candidate comes with what the help says of it', async t => {
	t.deepEqual(await complete('run', 'ssr'), ['ssr-zeroize\tzeroize a Session Smart Router']);
	t.deepEqual(await complete('run', '--cert'), ['--certificate\talso write the certificate there']);
});

test('what confirms an erase is never completed', async t => {
	for (const words of [
		['run', 'erase', '--confirm', ''],
		['run', '--confirm', '/dev/'],
		['run', '--confirm='],
	]) {
		t.deepEqual(await complete(...words), [], words.join(' '));
	}
});

test('where devices cannot be listed there is still loop: and file:', async t => {
	const {stdout, exitCode} = await runMain(['complete', '--', 'run', '--device', ''], {
		tools: {
			run: () => Promise.reject(new Error('no lsblk')),
			find: () => Promise.reject(new Error('no lsblk')),
			attend: () => Promise.reject(new Error('no lsblk')),
			stream: () => {
				throw new Error('no lsblk');
			},
		},
	});
	t.is(exitCode, 0);
	t.is(stdout, 'loop:\ta file, as a loop device\nfile:\ta file\n');
});

test('a shell that is not known is a usage error', async t => {
	const {exitCode, stderr} = await runMain(['completion', 'tcsh']);
	t.is(exitCode, 2);
	t.regex(stderr, /Allowed choices are bash, zsh/);
});

/** What stands in the line after keys were pressed, in a directory with `disk.img` and `my recipe.yaml`. */
const lines: ReadonlyArray<readonly [keys: string, line: string]> = [
	[
		`zeroize ${allCompletions}`,
		'zeroize certificate completion devices erasers help keys plan recipes rehearse resume run steps verify ',
	],
	['zeroize ru\t', 'zeroize run '],
	[`zeroize run ${allCompletions}`, 'zeroize run erase ssr-zeroize verify-only '],
	['zeroize run er\t', 'zeroize run erase '],
	[`zeroize run erase --verify ${allCompletions}`, 'zeroize run erase --verify full none sampled '],
	['zeroize run erase --verify=sa\t', 'zeroize run erase --verify=sampled '],
	[`zeroize plan --method ${allCompletions}`, 'zeroize plan --method clear purge '],
	[`zeroize plan --progress ${allCompletions}`, 'zeroize plan --progress auto json plain tty '],
	[`zeroize rehearse --host ${allCompletions}`, 'zeroize rehearse --host rehearsal system '],
	['zeroize run erase --dev\tlo\tdi\t', 'zeroize run erase --device loop:disk.img '],
	['zeroize verify --device file:d\t', 'zeroize verify --device file:disk.img '],
	['zeroize run ./m\t', 'zeroize run ./my\\ recipe.yaml '],
	['zeroize certificate summary disk.img d\t', 'zeroize certificate summary disk.img disk.img '],
	['zeroize run --certificate d\t', 'zeroize run --certificate disk.img '],
	['zeroize run erase --confirm d\t', 'zeroize run erase --confirm d'],
	// A key that is pressed must not run what was typed.
	['zeroize run "$(touch pwned)" --ver\t', 'zeroize run "$(touch pwned)" --verify '],
	['zeroize run $(touch pwned) --ver\t', 'zeroize run $(touch pwned) --verify '],
];

const workDirectory = async (t: ExecutionContext): Promise<string> => {
	const directory = await mkdtemp(path.join(tmpdir(), 'zeroize-shell-'));
	t.teardown(async () => rm(directory, {recursive: true, force: true}));
	const work = path.join(directory, 'work');
	await mkdir(work);
	await writeFile(path.join(work, 'disk.img'), '');
	await writeFile(path.join(work, 'my recipe.yaml'), '');
	return work;
};

for (const name of ['bash', 'zsh'] as const satisfies readonly ShellName[]) {
	const withShell = hasShell(name) ? test : test.skip;
	withShell(`a real ${name} completes with the script (needs ${name})`, async t => {
		t.timeout(300_000);
		const directory = await workDirectory(t);
		const shell = await openShell(t, name, directory);
		for (const [keys, line] of lines) {
			t.is(await shell.lineAfter(keys), line, JSON.stringify(keys));
		}

		t.notRegex(shell.screen(), /not found|syntax error|bad |unbound/);
		t.deepEqual(
			(await readdir(directory)).filter(file => !file.startsWith('.')),
			['disk.img', 'my recipe.yaml'],
		);
	});
}
