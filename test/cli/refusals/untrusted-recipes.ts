import {chmod, chown, lchown, mkdir, readFile, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {createPlace, type Place} from '../../_helpers/cli.ts';
import {isRoot} from '../../_helpers/loop.ts';
import {runMain} from '../../_helpers/main.ts';

const asRoot = isRoot ? test : test.skip;

const stranger = 4711;

const text = [
	'name: mine',
	'title: erase',
	'summary: erases',
	'steps:',
	'  - step: erase',
	'    eraser: direct',
	'  - step: verify',
	'  - step: keep-log',
	'',
].join('\n');

/** A recipe file in a directory of its own. */
const recipeIn = async (place: Place): Promise<{readonly directory: string; readonly file: string}> => {
	const directory = path.join(place.directory, 'recipes');
	await mkdir(directory, {mode: 0o755});
	const file = path.join(directory, 'mine.yaml');
	await writeFile(file, text, {mode: 0o644});
	return {directory, file};
};

type Spoil = (found: {readonly directory: string; readonly file: string}) => Promise<unknown>;

const spoils: ReadonlyArray<readonly [title: string, spoil: Spoil, hint: RegExp]> = [
	['that its group can write to', async ({file}) => chmod(file, 0o664), /install -m 600 '\S+mine\.yaml'/],
	['that others can write to', async ({file}) => chmod(file, 0o646), /install -m 600 '\S+mine\.yaml'/],
	[
		'that belongs to somebody else',
		async ({file}) => chown(file, stranger, stranger),
		/install -m 600 '\S+mine\.yaml'/,
	],
	[
		'in a directory that others can write to',
		async ({directory}) => chmod(directory, 0o777),
		/install -m 600 '\S+mine\.yaml'/,
	],
	[
		'in a directory of somebody else',
		async ({directory}) => chown(directory, stranger, stranger),
		/install -m 600 '\S+mine\.yaml'/,
	],
	[
		'in a sticky directory of somebody else',
		async ({directory}) => {
			await chown(directory, stranger, stranger);
			await chmod(directory, 0o1777);
		},
		/install -m 600 '\S+mine\.yaml'/,
	],
	[
		'behind a link of somebody else',
		async ({directory, file}) => {
			const link = path.join(directory, 'link.yaml');
			await symlink(file, link);
			await lchown(link, stranger, stranger);
			return link;
		},
		/install -m 600 '\S+link\.yaml'/,
	],
	[
		'behind a link in a directory that others can write to',
		async ({directory, file}) => {
			const open = path.join(directory, 'open');
			await mkdir(open);
			await chmod(open, 0o777);
			await symlink(file, path.join(open, 'link.yaml'));
			return path.join(open, 'link.yaml');
		},
		/install -m 600 '\S+link\.yaml'/,
	],
];

for (const [title, spoil, hint] of spoils) {
	asRoot(`a recipe ${title} is refused for the system and may be rehearsed`, async t => {
		const place = await createPlace(t);
		const found = await recipeIn(place);
		const other = await spoil(found);
		const file = typeof other === 'string' ? other : found.file;
		const image = await place.image(65_536);
		const before = await readFile(image);
		const args = ['--device', `file:${image}`, '--confirm', image, ...place.args];
		for (const command of [['run'], ['plan'], ['run', '--host', 'system']]) {
			const end = await runMain([...command, file, ...args]);
			t.is(end.exitCode, 3, end.stderr);
			t.regex(end.stderr, /^zeroize: run: |^zeroize: plan: /);
			t.true(end.stderr.includes('it may not say what is done to this machine'), end.stderr);
			t.regex(end.stderr, hint);
			t.is(end.stdout, '');
		}

		t.true(before.equals(await readFile(image)));
		t.deepEqual(await place.runs(), {state: [], log: []});
		const rehearsal = await runMain(['run', '--host', 'rehearsal', file, ...args]);
		t.is(rehearsal.exitCode, 0, rehearsal.stderr);
	});
}

asRoot(
	'a recipe is taken from a sticky directory that everybody can write to, and through our own link',
	async t => {
		const place = await createPlace(t);
		const {directory, file} = await recipeIn(place);
		await chmod(directory, 0o1777);
		const link = path.join(place.directory, 'link.yaml');
		await symlink(file, link);
		for (const recipe of [file, link]) {
			const end = await runMain([
				'plan',
				recipe,
				'--device',
				`file:${await place.image(65_536)}`,
				...place.args,
			]);
			t.is(end.exitCode, 0, end.stderr);
		}
	},
);

asRoot('rehearse asks for an own recipe only where it acts on the system', async t => {
	const place = await createPlace(t);
	const {file} = await recipeIn(place);
	await chmod(file, 0o666);
	const refused = await runMain(['rehearse', file, '--size', '1MiB', '--host', 'system', ...place.args]);
	t.is(refused.exitCode, 3, refused.stderr);
	t.is((await runMain(['rehearse', file, '--size', '1MiB', ...place.args])).exitCode, 0);
});

asRoot('a recipe of root is good for every user', async t => {
	const place = await createPlace(t);
	const {file} = await recipeIn(place);
	await chmod(place.directory, 0o755);
	const args = ['plan', file, '--device', `file:${await place.image(65_536)}`, ...place.args];
	t.is((await runMain(args, {uid: stranger})).exitCode, 0);
	await chown(file, stranger + 1, 0);
	t.is((await runMain(args, {uid: stranger})).exitCode, 3);
});
