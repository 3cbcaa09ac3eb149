import {chmod, mkdir, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fillUp, mountTmpfs} from '../../_helpers/tmpfs.ts';
import type {Bench} from '../bench/bench.ts';
import {beforeVerify} from '../bench/moments.ts';
import {file, loopDevice} from '../bench/subjects.ts';
import {type Act, type Expected, type FaultCase, MiB, sanitized} from '../case.ts';

const refused = (code: Expected['code'], says: RegExp): Expected => ({
	outcome: 'refused',
	exitCode: 3,
	code,
	left: 'untouched',
	says,
});

const aftercareFailed = (code: Expected['code'], says: RegExp): Expected => ({
	outcome: 'aftercare-failed',
	exitCode: 6,
	code,
	left: [],
	says,
});

/** An erase of a file, in surroundings that something has happened to. */
const given = (
	name: string,
	how: string,
	before: Act,
	expected: Expected,
	more: Partial<FaultCase> = {},
): FaultCase => ({
	name,
	how,
	eraser: 'direct',
	subject: file(100_000),
	before,
	expected,
	...more,
});

const inPlace = ({place}: Bench, name: string): string => path.join(place.directory, name);

/** More options, known only once there is a place. */
const withOptions = (options: (bench: Bench) => readonly string[]): Partial<FaultCase> => ({
	run: async (bench, subject) => bench.erase([subject], {more: options(bench)}),
});

const stateDirs: readonly FaultCase[] = [
	given(
		'the state directory is full',
		'a tmpfs of 64 KiB, filled',
		async bench => {
			await fillUp(await mountTmpfs(bench, bench.place.state));
		},
		sanitized,
	),
	given(
		'the state directory takes not even a directory',
		'a tmpfs without inodes',
		async bench => {
			await fillUp(await mountTmpfs(bench, bench.place.state, 'size=64k,nr_inodes=2'));
		},
		sanitized,
	),
	given(
		'the state directory fills up during the run',
		'a tmpfs with two free pages',
		async bench => {
			await fillUp(await mountTmpfs(bench, bench.place.state), 2);
		},
		sanitized,
	),
	given(
		'the state directory is read-only',
		'a tmpfs mounted ro',
		async bench => {
			await mountTmpfs(bench, bench.place.state, 'size=64k,ro');
		},
		refused('STATE_DIR_UNUSABLE', /read-only file system\nhint: that file system is read-only.*--state-dir/),
	),
	given(
		'the state directory is missing',
		'--state-dir',
		async () => {},
		refused('STATE_DIR_UNUSABLE', /missing: no such file.*\nhint: create the directory/),
		withOptions(bench => ['--state-dir', inPlace(bench, 'missing')]),
	),
	given(
		'the state directory is a file',
		'--state-dir',
		async () => {},
		refused('STATE_DIR_UNUSABLE', /disk\.img: not a directory/),
		withOptions(bench => ['--state-dir', inPlace(bench, 'disk.img')]),
	),
	given(
		'links lie in wait where the directory of the run will be',
		'a symlink for each second and name that can be foretold',
		async bench => {
			const target = inPlace(bench, 'victim');
			await writeFile(target, 'precious');
			await bench.guard(target);
			await chmod(bench.place.state, 0o1777);
			for (const name of ['zeroize', 'zeroize-', 'journal.jsonl', 'run.log', 'certificate.json']) {
				await symlink(target, path.join(bench.place.state, name));
			}
		},
		sanitized,
	),
];

const logDirs: readonly FaultCase[] = [
	given(
		'the log directory is below a file',
		'--log-dir',
		async () => {},
		aftercareFailed('LOG_NOT_KEPT', /not a directory.*\nhint: it is complete in/s),
		withOptions(bench => ['--log-dir', inPlace(bench, 'disk.img/log')]),
	),
	given(
		'the log directory is full',
		'a tmpfs of 64 KiB, filled',
		async bench => {
			await fillUp(await mountTmpfs(bench, bench.place.log));
		},
		aftercareFailed('LOG_NOT_KEPT', /no space left on device/),
	),
	given(
		'the log directory is read-only',
		'a tmpfs mounted ro',
		async bench => {
			await mountTmpfs(bench, bench.place.log, 'size=64k,ro');
		},
		aftercareFailed('LOG_NOT_KEPT', /read-only file system/),
	),
	given(
		'the log directory becomes a file during the run',
		'while reads are throttled',
		async () => {},
		aftercareFailed('LOG_NOT_KEPT', /hint: it is complete in/),
		{
			subject: loopDevice({totalBytes: 4 * MiB, readBytes: 4 * MiB}),
			during: beforeVerify(async ({place}) => writeFile(place.log, '')),
		},
	),
	given(
		'the certificate file is there already',
		'--certificate',
		async bench => {
			await writeFile(inPlace(bench, 'paper.json'), 'evidence');
			await bench.guard(inPlace(bench, 'paper.json'));
		},
		{...refused('USAGE', /paper\.json exists already\nhint: name a new file/), exitCode: 2},
		withOptions(bench => ['--certificate', inPlace(bench, 'paper.json')]),
	),
	given(
		'the certificate file appears during the run',
		'while reads are throttled',
		async () => {},
		aftercareFailed('CERTIFICATE_NOT_ISSUED', /exists already, and is not an empty file/),
		{
			subject: loopDevice({totalBytes: 4 * MiB, readBytes: 4 * MiB}),
			run: async (bench, subject) =>
				bench.erase([subject], {
					more: ['--certificate', inPlace(bench, 'paper.json')],
					slow: subject.slow,
					during: {
						...beforeVerify(async () => {}),
						act: async () => {
							await writeFile(inPlace(bench, 'paper.json'), 'evidence');
							await bench.guard(inPlace(bench, 'paper.json'));
						},
					},
				}),
		},
	),
	given(
		'the certificate finds no room',
		'--certificate on a full tmpfs',
		async bench => {
			await fillUp(await mountTmpfs(bench, inPlace(bench, 'full')));
		},
		aftercareFailed('CERTIFICATE_NOT_ISSUED', /no space left on device/),
		withOptions(bench => ['--certificate', inPlace(bench, 'full/paper.json')]),
	),
	given(
		'the certificate goes to a link',
		'--certificate at a symlink',
		async bench => {
			await mkdir(inPlace(bench, 'elsewhere'));
			await writeFile(inPlace(bench, 'elsewhere/empty'), '');
			await bench.guard(inPlace(bench, 'elsewhere/empty'));
			await symlink(inPlace(bench, 'elsewhere/empty'), inPlace(bench, 'paper.json'));
		},
		aftercareFailed('CERTIFICATE_NOT_ISSUED', /symbolic link/),
		withOptions(bench => ['--certificate', inPlace(bench, 'paper.json')]),
	),
];

export const places: readonly FaultCase[] = [...stateDirs, ...logDirs];
