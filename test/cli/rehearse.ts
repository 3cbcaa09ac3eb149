import {readdir} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {createPlace, isAllZero, zeroize} from '../_helpers/cli.ts';
import {isRoot, loopsOf} from '../_helpers/loop.ts';

const MiB = 1024 ** 2;

const serial = isRoot ? test.serial : test.serial.skip;

const rehearsalsIn = async (directory: string): Promise<readonly string[]> => {
	const names = await readdir(directory);
	return names.filter(name => name.startsWith('rehearsal-')).map(name => path.join(directory, name));
};

serial(
	'a rehearsal erases a loop device of 256 MiB of random bytes, records the halt and leaves nothing',
	async t => {
		const place = await createPlace(t);
		const options = ['--progress', 'json', ...place.args];
		const end = await zeroize(['rehearse', ...options], {env: {TMPDIR: place.directory}});
		t.is(end.exitCode, 0, end.stderr);
		t.is(end.stderr, `zeroize: filling 256 MiB in ${place.directory} with random data\n`);
		const counts = {totalBytes: 256 * MiB, writtenBytes: 256 * MiB, verifiedBytes: 256 * MiB};
		t.like(
			end.events.find(({type}) => type === 'run.finished'),
			{devices: [{outcome: 'sanitized', ...counts}]},
		);
		const commands = end.events.flatMap(event =>
			event.type === 'step.finished' ? (event.commands ?? []) : [],
		);
		t.true(commands.includes('systemctl emergency'), commands.join('\n'));
		t.deepEqual(await rehearsalsIn(place.directory), []);
	},
);

serial('a file that is kept is all zeros, and its name is told', async t => {
	const place = await createPlace(t);
	const args = ['rehearse', 'erase', '--size', '1MiB', '--keep', '--progress', 'plain', ...place.args];
	const end = await zeroize(args, {env: {TMPDIR: place.directory}});
	t.is(end.exitCode, 0, end.stderr);
	const [file = ''] = await rehearsalsIn(place.directory);
	t.true(end.stderr.endsWith(`zeroize: the erased file was kept: ${file}\n`), end.stderr);
	t.true(await isAllZero(file, MiB));
	t.deepEqual(await loopsOf(file), []);
});

interface Interruption {
	readonly title: string;
	readonly size: string;
	readonly when: RegExp;
	readonly signal: 'SIGINT' | 'SIGTERM';
	readonly exitCode: number;
	readonly isKept?: boolean;
}

const interruptions: readonly Interruption[] = [
	{title: 'while it is filled', size: '4GiB', when: /filling/, signal: 'SIGINT', exitCode: 130},
	{title: 'while it is erased', size: '64MiB', when: /"run\.committed"/, signal: 'SIGTERM', exitCode: 143},
	{
		title: 'while it is erased and shall be kept',
		size: '64MiB',
		when: /"run\.committed"/,
		signal: 'SIGINT',
		exitCode: 130,
		isKept: true,
	},
];

for (const {title, size, when, signal, exitCode, isKept = false} of interruptions) {
	serial(`a rehearsal that is interrupted ${title} ends with ${exitCode}`, async t => {
		const place = await createPlace(t);
		const keep = isKept ? ['--keep'] : [];
		const end = await zeroize(['rehearse', '--size', size, '--progress', 'json', ...keep, ...place.args], {
			env: {TMPDIR: place.directory},
			interrupt: {when, signal},
		});
		t.is(end.exitCode, exitCode, end.stderr);
		t.regex(end.stderr, /^hint: .*(?:from its start|do not release)/m);
		const left = await rehearsalsIn(place.directory);
		t.is(left.length, isKept ? 1 : 0);
		t.is(end.stderr.includes(`zeroize: the file was kept: ${left[0]}`), isKept);
		t.deepEqual((await Promise.all(left.map(async file => loopsOf(file)))).flat(), []);
		t.notRegex(end.stdout, /"run\.halting"/);
	});
}

const unusable: ReadonlyArray<
	readonly [title: string, size: string, tmpdir: string, cause: RegExp, hint: RegExp]
> = [
	[
		'a size for which there is no room',
		'1024TiB',
		'',
		/rehearse: .+ has .+ free, and the rehearsal needs /,
		/give a smaller --size, or set TMPDIR to a larger disk/,
	],
	[
		'a temporary directory that is missing',
		'1MiB',
		'missing',
		/rehearse: making a file in .+missing: no such file or directory/,
		/create the directory first.*TMPDIR/,
	],
];

for (const [title, size, tmpdir, cause, hint] of unusable) {
	serial(`${title} is refused before anything is created`, async t => {
		const place = await createPlace(t);
		const before = await readdir(place.directory);
		const end = await zeroize(['rehearse', '--size', size, ...place.args], {
			env: {TMPDIR: path.join(place.directory, tmpdir)},
		});
		t.is(end.exitCode, 3);
		const [said = '', wayOut = ''] = end.stderr.split('hint: ');
		t.regex(said, cause);
		t.regex(wayOut, hint);
		t.is(end.stdout, '');
		t.deepEqual(await readdir(place.directory), before);
	});
}
