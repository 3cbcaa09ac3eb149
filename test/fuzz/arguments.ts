import {createHash} from 'node:crypto';
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {SanitizeError} from '../../src/errors.ts';
import type {Tools} from '../../src/process.ts';
import {createPlace, type Place} from '../_helpers/cli.ts';
import {fuzz, requirePlain} from '../_helpers/fuzz.ts';
import {runMain} from '../_helpers/main.ts';

const missing = async (name: string): Promise<never> => {
	throw new SanitizeError('TOOL_MISSING', `looking for ${name}: it is not installed`, {
		hint: `install ${name}`,
	});
};

/** No program of the system can be run: whatever a random command line asks for, the machine stays as it is. */
const noTools: Tools = {find: missing, run: missing, stream: missing, attend: missing};

/** Names, types, sizes and contents of all that is in a directory. */
const stateOf = (directory: string): string => {
	const hash = createHash('sha256');
	for (const name of readdirSync(directory, {recursive: true, encoding: 'utf8'}).sort()) {
		const file = path.join(directory, name);
		hash.update(`${name}\n`);
		if (statSync(file).isFile()) {
			hash.update(readFileSync(file));
		}
	}

	return hash.digest('hex');
};

const preparePlace = async (t: ExecutionContext): Promise<Place> => {
	const place = await createPlace(t);
	for (const name of ['root', 'tmp']) {
		await mkdir(path.join(place.directory, name));
	}

	// Where a rehearsal makes its file.
	const before = process.env['TMPDIR'];
	process.env['TMPDIR'] = path.join(place.directory, 'tmp');
	t.teardown(() => {
		if (before === undefined) {
			delete process.env['TMPDIR'];
		} else {
			process.env['TMPDIR'] = before;
		}
	});
	await place.write('disk.img', 'x'.repeat(4096));
	await place.write('recipe.yaml', 'name: x\n');
	await place.write('journal.jsonl', '{"seq":1,');
	await place.write('run.log', '');
	await place.write('certificate.json', '{}');
	return place;
};

/** Words that mean something, and others. None confirms a device: then nothing is ever written to one. */
const wordsFor = ({directory}: Place): readonly string[] => [
	...[
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
		'show',
	],
	...[
		'completion',
		'complete',
		'bash',
		'continue',
		'give-shell-back',
		'init',
		'help',
		'serve',
		'restore',
		'config',
	],
	...[
		'decommission',
		'erase',
		'ssr-zeroize',
		'verify-only',
		'erasse',
		`${directory}/recipe.yaml`,
		`${directory}/journal.jsonl`,
	],
	...[
		`${directory}/certificate.json`,
		directory,
		'/nowhere/x.yaml',
		'/dev/null',
		'/dev/zero',
		'/dev/nothing',
	],
	...[
		'--device',
		'--confirm',
		'--eraser',
		'--verify',
		'--progress',
		'--host',
		'--state-dir',
		'--log-dir',
		'--size',
	],
	...[
		'--certificate',
		'--destination',
		'--json',
		'--keep',
		'--again',
		'--help',
		'--version',
		'-h',
		'-V',
		'--',
		'-',
	],
	...[
		`file:${directory}/disk.img`,
		`loop:${directory}/disk.img`,
		`file:${directory}/none`,
		'file:',
		'loop:',
		'tape:x',
	],
	...[
		'auto',
		'dd',
		'direct',
		'full',
		'sampled:10',
		'sampled:0',
		'none',
		'json',
		'tty',
		'plain',
		'system',
		'rehearsal',
	],
	...[
		'disk:LABEL=X',
		'https://192.0.2.1/x',
		'syslog+tls://',
		'',
		' ',
		'\u0000',
		'\u001B[2J',
		'\u202E',
		'-1',
		'1e999',
	],
	...[
		'--__proto__',
		'toString',
		'--device=',
		'--size=1',
		'--verify=sampled:200',
		'x'.repeat(5000),
		'../..',
		'*',
		'$(id)',
	],
];

const endCodes = [0, 1, 2, 3, 4, 5, 6, 130, 143];

const runsFrom = (place: Place, uid: number) => async (args: readonly string[]) => {
	const before = stateOf(place.directory);
	const interruption = new SanitizeError('INTERRUPTED', 'interrupted', {hint: 'try again'});
	const {exitCode, stderr, stdout, end} = await runMain(args, {
		uid,
		tools: noTools,
		root: path.join(place.directory, 'root'),
		env: {HOME: place.directory},
		// A rehearsal ends before its first byte.
		signal: AbortSignal.abort(interruption),
	});
	requirePlain(stderr);
	requirePlain(stdout);
	const isError = /^zeroize: [\s\S]*^hint: \S/m.test(stderr);
	const isGood =
		endCodes.includes(exitCode ?? -1) && exitCode !== 1 && (exitCode === 0 ? !isError : stderr !== '');
	if (!isGood || end.halt || end.leave || stateOf(place.directory) !== before) {
		throw new Error(`exit ${exitCode}: ${stderr}`);
	}
};

for (const [title, uid] of [
	['root', 0],
	['a user', 4711],
] as const) {
	test.serial(
		`1,000 random command lines of ${title}: never exit 0 with an error, never a fault, nothing written`,
		async t => {
			const place = await preparePlace(t);
			const use = runsFrom(place, uid);
			const word = fc.oneof(
				{weight: 20, arbitrary: fc.constantFrom(...wordsFor(place))},
				fc.string({unit: 'binary'}),
			);
			const input = fc.array(word, {maxLength: 8});
			await fuzz(t, {input, runs: 1000, use, codes: []});
		},
	);
}

test.serial('1,000 command lines that were right but for a word or two', async t => {
	const place = await preparePlace(t);
	const use = runsFrom(place, 0);
	const right = [
		['run', 'erase', '--device', `file:${place.directory}/disk.img`, '--confirm', 'x', '--host', 'rehearsal'],
		['plan', 'ssr-zeroize', '--device', '/dev/nothing', '--verify', 'sampled:10', '--progress', 'json'],
		['rehearse', 'erase', '--size', '1MiB', '--eraser', 'direct', '--state-dir', place.state],
		['verify', '--device', `file:${place.directory}/disk.img`, '--verify', 'full'],
		['resume', `${place.directory}/journal.jsonl`, '--progress', 'plain'],
		['certificate', 'show', `${place.directory}/certificate.json`, '--json'],
		['complete', '--', 'run', 'erase', '--device', ''],
	];
	const change = fc.record({
		how: fc.constantFrom('replace', 'insert', 'remove', 'swap'),
		at: fc.nat({max: 8}),
		word: fc.constantFrom(...wordsFor(place)),
	});
	const input = fc
		.record({args: fc.constantFrom(...right), changes: fc.array(change, {minLength: 1, maxLength: 2})})
		.map(({args, changes}) => {
			const changed = [...args];
			for (const {how, at, word} of changes) {
				const [here = ''] = changed.slice(at);
				const given = how === 'swap' ? [changed[at + 1] ?? word, here] : how === 'remove' ? [] : [word];
				changed.splice(at, how === 'insert' ? 0 : how === 'swap' ? 2 : 1, ...given);
			}

			return changed;
		});
	await fuzz(t, {input, runs: 1000, use, codes: []});
});
