import {chmod, chown, mkdir, readdir} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {createPlace, hashOf, isAllZero, type Place, runFile, zeroizeScript} from '../_helpers/cli.ts';
import {attachLoop, isRoot} from '../_helpers/loop.ts';

const nobody = 65_534;
const asNobody = `setpriv --reuid=${nobody} --regid=${nobody} --clear-groups`;

const serial = isRoot ? test.serial : test.serial.skip;

interface Checkout {
	readonly node: string;
	readonly cli: string;
}

/** This checkout where everybody may read it, otherwise a copy that everybody may. */
const readableCheckout = async (place: Place): Promise<Checkout> => {
	const root = path.join(import.meta.dirname, '../..');
	const here = {node: process.execPath, cli: path.join(root, 'src/cli.ts')};
	if (await canStart(here)) {
		return here;
	}

	const copy = path.join(place.directory, 'checkout');
	await mkdir(copy);
	const parts = ['package.json', 'recipes', 'src', 'node_modules'].map(name => path.join(root, name));
	await runFile('cp', ['-r', ...parts, copy]);
	await runFile('cp', [process.execPath, path.join(copy, 'node')]);
	await runFile('chmod', ['-R', 'a+rX', copy]);
	return {node: path.join(copy, 'node'), cli: path.join(copy, 'src/cli.ts')};
};

const canStart = async ({node, cli}: Checkout): Promise<boolean> => {
	const {exitCode} = await zeroizeScript(`${asNobody} '${node}' '${cli}' recipes`);
	return exitCode === 0;
};

const asStranger = async (t: ExecutionContext) => {
	const place = await createPlace(t);
	await chmod(place.directory, 0o755);
	const {node, cli} = await readableCheckout(place);
	const home = path.join(place.directory, 'home');
	await mkdir(home);
	await chown(home, nobody, nobody);
	return {
		place,
		home,
		zeroize: async (args: string, env: Readonly<Record<string, string>> = {}) =>
			zeroizeScript(`cd /; exec ${asNobody} '${node}' '${cli}' ${args}`, {
				env: {HOME: home, TMPDIR: home, XDG_STATE_HOME: '', ...env},
			}),
	};
};

const logPlaces: ReadonlyArray<readonly [title: string, stateHome: string, log: string]> = [
	['XDG_STATE_HOME', 'state', 'state/zeroize'],
	['the home directory', '', '.local/state/zeroize'],
];

for (const [title, stateHome, log] of logPlaces) {
	serial(`without root a rehearsal says that it uses file:, and keeps its log in ${title}`, async t => {
		const {home, zeroize} = await asStranger(t);
		const end = await zeroize(`rehearse --size 1MiB --keep --state-dir '${home}'`, {
			...(stateHome && {XDG_STATE_HOME: path.join(home, stateHome)}),
		});
		t.is(end.exitCode, 0, end.stderr);
		t.regex(
			end.stderr,
			/^zeroize: not root, so the rehearsal erases a file \(file:\) instead of a loop device$/m,
		);
		t.regex(end.stdout, /SANITIZED - erased and verified/);
		const [run = ''] = await readdir(path.join(home, log));
		const files = await readdir(path.join(home, log, run));
		t.deepEqual(files.sort(), ['certificate.json', 'journal.jsonl', 'run.log']);
		const kept = (await readdir(home)).find(name => name.startsWith('rehearsal-')) ?? '';
		t.true(await isAllZero(path.join(home, kept), 1024 ** 2));
	});
}

serial('without root a device is refused, and the way out is root', async t => {
	const {place, home, zeroize} = await asStranger(t);
	const image = await place.image(8192);
	await using loop = await attachLoop(image);
	const before = await hashOf(image);
	const device = `--device ${loop.path} --confirm ${loop.path}`;
	const end = await zeroize(`run erase ${device} --state-dir '${home}' --log-dir '${home}/log'`);
	t.is(end.exitCode, 3, end.stderr);
	t.regex(end.stderr, /hint: run zeroize as root/);
	t.is(await hashOf(image), before);
	t.deepEqual(await readdir(home), []);
});

serial('without root the devices can be listed', async t => {
	const {zeroize} = await asStranger(t);
	const end = await zeroize('devices --json');
	t.is(end.exitCode, 0, end.stderr);
	t.true(Array.isArray(JSON.parse(end.stdout)));
});
