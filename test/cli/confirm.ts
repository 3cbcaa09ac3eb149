import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {createPlace, hashOf, isAllZero, type Place, runFile, zeroizeScript} from '../_helpers/cli.ts';
import {attachLoop, isRoot, loopsOf} from '../_helpers/loop.ts';

const totalBytes = 8192;

const serial = isRoot ? test.serial : test.serial.skip;

/** A run on a terminal of its own, in which `answer` is typed at the prompt; script ends as the run does. */
const runOnTerminal = async (place: Place, targets: readonly string[], answers: readonly string[]) => {
	const devices = targets.map(target => `--device ${target}`).join(' ');
	const command = `"$NODE" "$CLI" run erase ${devices} ${place.args.join(' ')} --progress plain`;
	let asked = 0;
	return zeroizeScript(`exec script -qec '${command}' /dev/null`, {
		stdin: 'pipe',
		env: {TERM: 'xterm', SHELL: '/bin/sh'},
		onOutput(text, child) {
			const prompts = text.match(/to erase it: /g)?.length ?? 0;
			while (asked < prompts) {
				child.stdin?.write(answers[asked] ?? '');
				asked += 1;
			}
		},
	});
};

const enter = '\r';
const [ctrlC, ctrlD] = ['\u0003', '\u0004'];

test('the right path, typed on a terminal, erases the device', async t => {
	const place = await createPlace(t);
	const image = await place.image(totalBytes);
	const end = await runOnTerminal(place, [`file:${image}`], [image + enter]);
	t.is(end.exitCode, 0, end.stdout);
	t.true(await isAllZero(image, totalBytes));
	t.true(end.stdout.includes(`${image} is about to be erased. This cannot be undone.`), end.stdout);
});

serial('the prompt shows model, serial number, size and what is on the disk', async t => {
	const place = await createPlace(t);
	const image = await place.image(1024 ** 2);
	await using loop = await attachLoop(image);
	await runFile('mkfs.ext4', ['-q', '-L', 'payroll', loop.path]);
	const end = await runOnTerminal(place, [loop.path], [`nonsense${enter}`]);
	t.is(end.exitCode, 3, end.stdout);
	const shown = [
		/^ {2}model {4}unknown \(loop device over a file\)/m,
		/^ {2}serial {3}none/m,
		/^ {2}size {5}1 MiB \(1048576 bytes\)/m,
		/^ {2}on it {4}ext4 "payroll"/m,
		new RegExp(`^It has no serial number\\. Type its path \\(${loop.path}\\) to erase it: `, 'm'),
	];
	for (const pattern of shown) {
		t.regex(end.stdout, pattern);
	}
});

interface Answer {
	readonly typed: string;
	readonly exitCode: number;
	readonly says: RegExp;
}

const answers: Readonly<Record<string, Answer>> = {
	'a wrong answer': {
		typed: `/dev/sda${enter}`,
		exitCode: 3,
		says: /must be confirmed with its path .*: "\/dev\/sda" is not it/,
	},
	'an empty answer': {typed: enter, exitCode: 3, says: /must be confirmed with its path/},
	yes: {typed: `yes${enter}`, exitCode: 3, says: /"yes" is not it/},
	'Ctrl-D': {typed: ctrlD ?? '', exitCode: 3, says: /the confirmation was not given/},
	'Ctrl-C': {typed: ctrlC ?? '', exitCode: 130, says: /interrupted by SIGINT/},
};

const isUntouched = async (
	t: ExecutionContext,
	place: Place,
	image: string,
	before: string,
): Promise<void> => {
	t.is(await hashOf(image), before);
	t.deepEqual(await loopsOf(image), []);
	t.deepEqual(await place.runs(), {state: [], log: []});
};

for (const [title, {typed, exitCode, says}] of Object.entries(answers)) {
	serial(`${title} at the prompt ends with ${exitCode} and leaves every byte`, async t => {
		const place = await createPlace(t);
		const image = await place.image(totalBytes);
		const before = await hashOf(image);
		const end = await runOnTerminal(place, [`loop:${image}`], [typed]);
		t.is(end.exitCode, exitCode, end.stdout);
		t.regex(end.stdout, says);
		t.regex(end.stdout, /^hint: /m);
		await isUntouched(t, place, image, before);
	});
}

test('each of two devices is asked for, and one wrong answer leaves both', async t => {
	const place = await createPlace(t);
	const images = [await place.image(totalBytes, 'a.img'), await place.image(totalBytes, 'b.img')];
	const before = await Promise.all(images.map(async image => hashOf(image)));
	const targets = images.map(image => `file:${image}`);
	const end = await runOnTerminal(place, targets, [`${images[0]}${enter}`, `${images[0]}${enter}`]);
	t.is(end.exitCode, 3, end.stdout);
	t.regex(end.stdout, /erasing .+b\.img must be confirmed/);
	t.deepEqual(await Promise.all(images.map(async image => hashOf(image))), before);
	t.false(path.isAbsolute((await place.runs()).log[0] ?? ''));
});
