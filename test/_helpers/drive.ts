import test from 'ava';
import type {Asking} from '../../src/devices/drive/ask.ts';
import type {DriveReading} from '../../src/devices/drive/reading.ts';
import type {DriveSubject} from '../../src/devices/drive.ts';
import type {Tools} from '../../src/process.ts';
import type {Cleanup} from './cleanup.ts';
import {type Answer, captured, fakeTools} from './fake-tools.ts';
import {real} from './surroundings.ts';

/** What a real tool once printed of a drive; see fixtures/output/drives/README.md. */
export const capture = async (name: string): Promise<string> => captured('drives', name);

/** Nothing that is asked for is installed, whatever this machine has. */
export const withoutTools: Tools = {
	...real.tools,
	run: async (name, args, options) => real.tools.run(`absent-${name}`, args, options),
};

const node = '/dev/sda';

/** A drive that is asked with fake tools. */
export const askingWith = async (
	t: Cleanup,
	fakes: Readonly<Record<string, readonly Answer[] | string>>,
): Promise<Asking> => ({tools: (await fakeTools(t, fakes)).tools, node, timeoutMs: 20_000});

interface Reader {
	/** The tools that it asks. */
	readonly tools: readonly string[];
	/** What is not known when none of them can be understood. */
	readonly what: DriveSubject;
	/** What the tool prints to a user who may not open the drive. */
	readonly refusal?: Answer;
	readonly read: (asking: Asking) => Promise<DriveReading>;
}

/** What holds for every reader: it never throws, and says what it could not learn and why. */
export const testReader = (title: string, {tools: names, what, refusal, read}: Reader): void => {
	const whyNot = async (asking: Asking): Promise<string> => {
		const {unknown = [], hiddenAreas = [], ...found} = await read(asking);
		if (Object.keys(found).length > 0 || hiddenAreas.length > 0) {
			throw new Error(`${title} found ${JSON.stringify(found)}`);
		}

		return unknown.find(entry => entry.what === what)?.why ?? 'nothing is said';
	};
	const all = (fake: readonly Answer[] | string) => Object.fromEntries(names.map(name => [name, fake]));

	test(`${title}: a tool that is missing`, async t => {
		t.regex(
			await whyNot({tools: withoutTools, node, timeoutMs: 20_000}),
			/absent-\S+ is not installed \(install/,
		);
	});

	test(`${title}: output that is none of the tool's`, async t => {
		for (const stdout of ['', 'garbage\n', '{"', '[]', '{}', '{"a":{}}', '\0\u001B[2J\n', 'null']) {
			const why = await whyNot(await askingWith(t, all([{stdout}])));
			t.regex(why, new RegExp(`^(?:${names.join('|')}): \\S`), JSON.stringify(stdout));
			// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
			t.notRegex(why, /[\0-\u001F]/);
		}
	});

	test(`${title}: a tool that fails`, async t => {
		const failing = [{stderr: 'doing it: Inappropriate ioctl for device\n', exitCode: 7, stdout: ''}];
		t.regex(
			await whyNot(await askingWith(t, all(failing))),
			/^\S+(?: failed with exit code 7: doing it|: \S)/,
		);
	});

	test(`${title}: no rights`, async t => {
		const denied = refusal ?? {stderr: '/dev/sda: Permission denied\n', exitCode: 2};
		t.regex(await whyNot(await askingWith(t, all([denied]))), /^\S+ needs root$/);
	});

	test(`${title}: no answer in time`, async t => {
		const asking = await askingWith(t, all('hanging'));
		const startedAtMs = performance.now();
		t.regex(await whyNot({...asking, timeoutMs: 300}), /gave no answer within 0\.3 s$/);
		t.true(performance.now() - startedAtMs < 30_000);
	});
};
