import {chmod, mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {runFile} from '../../_helpers/cli.ts';
import {untilFree} from '../../_helpers/loop.ts';
import type {Bench} from '../bench/bench.ts';
import {attach, file, loopDevice} from '../bench/subjects.ts';
import {type Act, type Expected, type FaultCase, MiB, type Subject} from '../case.ts';

const refused = (code: Expected['code'], says: RegExp, exitCode = 3): Expected => ({
	outcome: 'refused',
	exitCode,
	code,
	left: 'untouched',
	says,
});

/** Refused without an event: nothing had begun. */
const unusable = (exitCode: number, code: Expected['code'], says: RegExp): Expected => ({
	...refused(code, says, exitCode),
	outcome: 'none',
	isSilent: true,
});

const given = (
	name: string,
	subject: FaultCase['subject'],
	expected: Expected,
	more: Partial<FaultCase> = {},
): FaultCase => ({
	name,
	how: 'as it says',
	eraser: null,
	subject,
	expected,
	...more,
});

const named = (target: string) => async (): Promise<Subject> => ({target});

const missing = (expected: Expected): Expected => ({...expected, left: 'unknown'});

const mounted: Act = async (bench, {target}) => {
	const directory = path.join(bench.place.directory, 'mounted');
	await mkdir(directory);
	await runFile('mkfs.ext4', ['-q', target]);
	await runFile('mount', ['-o', 'ro', target, directory]);
	bench.teardown(async () => void (await untilFree(async () => runFile('umount', [directory]))));
};

const swapped: Act = async (bench, {target}) => {
	await runFile('mkswap', [target]);
	await runFile('swapon', [target]);
	bench.teardown(async () => void (await runFile('swapoff', [target])));
};

const partition = async (bench: Bench): Promise<Subject> => {
	const {target, store = ''} = await loopDevice({totalBytes: 4 * MiB})(bench);
	await runFile('bash', ['-c', `printf 'label: gpt\\n,1MiB\\n' | sfdisk --quiet ${target}`]);
	await runFile('partx', ['--update', target]);
	bench.teardown(async () => void (await runFile('partx', ['--delete', target])));
	return {target: `${target}p1`, store};
};

const recipe = [
	'name: mine',
	'title: mine',
	'summary: mine',
	'steps:',
	'  - step: erase',
	'  - step: verify',
].join('\n');

/** A recipe file of one's own. */
const withRecipe = (text: string, mode: number): Partial<FaultCase> => ({
	run: async (bench, {target}) => {
		const name = path.join(bench.place.directory, 'mine.yaml');
		await writeFile(name, text);
		await chmod(name, mode);
		const device = ['--device', target, '--confirm', target.replace('file:', '')];
		return bench.zeroize(['run', name, ...device, ...bench.place.args, '--progress', 'json']);
	},
});

const withArgs = (args: readonly string[]): Partial<FaultCase> => ({
	run: async (bench, {target}) =>
		bench.zeroize(['run', ...args, '--device', target, ...bench.place.args, '--progress', 'json']),
});

export const badInput: readonly FaultCase[] = [
	given(
		'the device is missing',
		named('/dev/zeroize-missing'),
		missing(refused('DEVICE_MISSING', /there is no such device/)),
	),
	given(
		'the device is a character device',
		named('/dev/null'),
		missing(refused('NOT_A_BLOCK_DEVICE', /it is not a block device/)),
	),
	given(
		'a regular file is named as a device',
		async bench => {
			const {store = ''} = await file()(bench);
			return {target: store, store};
		},
		refused('NOT_A_BLOCK_DEVICE', /hint: .*write file:/),
	),
	given(
		'a directory is named as a file',
		async ({place}) => ({target: `file:${place.directory}`}),
		missing(refused('NOT_A_REGULAR_FILE', /it is not a regular file/)),
	),
	given('the device is empty', file(0), missing(refused('DEVICE_EMPTY', /the file is empty/))),
	given(
		'the device is read-only',
		loopDevice({readOnly: true}),
		refused('DEVICE_READ_ONLY', /hint: make it writable first/),
	),
	given(
		'the device is mounted',
		loopDevice({totalBytes: 4 * MiB}),
		refused('DEVICE_BUSY', /is mounted at .*\nhint: unmount it first/),
		{before: mounted},
	),
	given(
		'the device is swapped to',
		loopDevice({totalBytes: 4 * MiB}),
		refused('DEVICE_BUSY', /hint: stop swapping/),
		{before: swapped},
	),
	given('the device is under another loop device', loopDevice(), refused('DEVICE_BUSY', /held by loop/), {
		before: async (bench, {target}) => void (await attach(bench, target)),
	}),
	given('a partition is named', partition, refused('IS_PARTITION', /name the whole disk/)),
	given(
		'the confirmation is wrong',
		file(),
		refused('NOT_CONFIRMED', /"\/dev\/sda" is not it\nhint: /),
		withArgs(['erase', '--confirm', '/dev/sda']),
	),
	given(
		'nobody confirms, and nobody can be asked',
		file(),
		refused('NOT_CONFIRMED', /nothing was given\nhint: /),
		withArgs(['erase']),
	),
	given(
		'the key that is to sign is missing',
		file(),
		refused('KEY_UNUSABLE', /no such file or directory\nhint: make one with: zeroize keys new/),
		{options: ['--key', '/dev/zeroize-missing/key']},
	),
	given('the recipe is unknown', file(), unusable(2, 'RECIPE_INVALID', /hint: /), withArgs(['erose'])),
	given(
		'the eraser is unknown',
		file(),
		unusable(2, 'USAGE', /hint: /),
		withArgs(['erase', '--eraser', 'shred']),
	),
	given(
		'an option is unknown',
		file(),
		unusable(2, 'USAGE', /unknown option.*\nhint: see: zeroize run --help/s),
		withArgs(['erase', '--force']),
	),
	given(
		'the recipe has an unknown step',
		file(),
		unusable(2, 'RECIPE_INVALID', /mine\.yaml:\d+.*hint: /s),
		withRecipe(`${recipe}\n  - step: explode`, 0o644),
	),
	given(
		'others can write to the recipe',
		file(),
		unusable(3, 'FILE_NOT_TRUSTED', /hint: .*install -m 600/),
		withRecipe(recipe, 0o666),
	),
];
