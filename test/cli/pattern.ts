import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {Content} from '../../src/content.ts';
import {schemes} from '../../src/erasers/pattern/schemes.ts';
import type {RunEvent} from '../../src/events.ts';
import {readJournal} from '../../src/journal.ts';
import {type CliEnd, createPlace, isAllZero, zeroize} from '../_helpers/cli.ts';
import {holds, writtenIn} from '../_helpers/content.ts';
import {isRoot} from '../_helpers/loop.ts';
import {slowFile} from '../_helpers/slow-file.ts';

const asRoot = isRoot ? test.serial : test.serial.skip;

const totalBytes = 2 * 1024 ** 2 + 512;

const erasedIn = (events: readonly RunEvent[]) =>
	events.find(event => event.type === 'step.finished' && event.step === 'erase') as
		| Extract<RunEvent, {type: 'step.finished'}>
		| undefined;

const leftBy = ({events}: Pick<CliEnd, 'events'>): Content => writtenIn(erasedIn(events)?.leaves);

const erase = async (
	t: ExecutionContext,
	scheme: string,
	kind: 'loop' | 'file',
	options: readonly string[] = [],
) => {
	const place = await createPlace(t);
	const image = await place.image(totalBytes);
	const names = ['--eraser', 'pattern', '--scheme', scheme, '--progress', 'json'];
	const args = ['run', 'erase', '--device', `${kind}:${image}`, '--confirm', image, ...names];
	const end = await zeroize([...args, ...place.args, ...options], {timeoutMs: 120_000});
	return {place, image, end};
};

for (const {name} of schemes) {
	asRoot(`a loop device erased by ${name} holds its last pass, to the byte, as openssl makes it`, async t => {
		const {image, end} = await erase(t, name, 'loop');
		t.is(end.exitCode, 0, end.stderr);
		const bytes = await readFile(image);
		t.is(bytes.length, totalBytes);
		t.true(holds(bytes, leftBy(end)));
	});
}

test.serial(
	'a file is erased by another name of a scheme, and its certificate says how to make its bytes again',
	async t => {
		const {place, image, end} = await erase(t, 'prng', 'file');
		t.is(end.exitCode, 0, end.stderr);
		t.is(erasedIn(end.events)?.scheme, 'random');
		const [log = ''] = (await place.runs()).log;
		const {holds: content} = JSON.parse(await readFile(path.join(log, 'certificate.json'), 'utf8'));
		t.true(holds(await readFile(image), content));
		const shown = await zeroize(['certificate', 'show', path.join(log, 'certificate.json')]);
		t.true(shown.stdout.includes(content.key));
	},
);

test.serial('zeroize verify looks for zeros, whatever wrote to the device', async t => {
	const {image} = await erase(t, 'random', 'file');
	t.is((await zeroize(['verify', '--device', `file:${image}`])).exitCode, 4);
	const zeroed = await erase(t, 'zero', 'file');
	t.is((await zeroize(['verify', '--device', `file:${zeroed.image}`])).exitCode, 0);
	t.true(await isAllZero(zeroed.image, totalBytes));
});

test.serial(
	'a run that was not verified is verified by its resumption, with the key of its journal',
	async t => {
		const {place, end} = await erase(t, 'random', 'file', ['--verify', 'none']);
		t.is(end.exitCode, 5);
		t.regex(end.stderr, /zeroize resume JOURNAL/);
		const [log = ''] = (await place.runs()).log;
		const resumed = await zeroize(['resume', path.join(log, 'journal.jsonl'), '--progress', 'json']);
		t.is(resumed.exitCode, 0, resumed.stderr);
	},
);

for (const [kind, signal] of [
	['loop', 'SIGKILL'],
	['file', 'SIGINT'],
] as const) {
	asRoot(
		`a run on ${kind}: that ${signal} ended in its second pass begins anew, with other keys`,
		async t => {
			const place = await createPlace(t);
			const slow = await slowFile(t, place.directory, {writeDelayMs: 10});
			const args = ['--eraser', 'pattern', '--scheme', 'dodshort', '--progress', 'json', ...place.args];
			const end = await zeroize(
				['run', 'erase', '--device', `${kind}:${slow.path}`, '--confirm', slow.path, ...args],
				{interrupt: {signal, when: /"pass\.started".*"pass":2/}, timeoutMs: 120_000},
			);
			t.not(end.exitCode, 0);
			const [state = ''] = (await place.runs()).state;
			const journal = path.join(state, 'journal.jsonl');
			const resumed = await zeroize(['resume', journal, '--progress', 'json'], {timeoutMs: 120_000});
			t.is(resumed.exitCode, 0, resumed.stderr);
			t.true(holds(await readFile(slow.path), leftBy(resumed)));
			const [log = ''] = (await place.runs()).log;
			const kept = path.join(log, 'journal.jsonl');
			const events = readJournal(await readFile(kept, 'utf8'), kept).map(({event}) => event);
			const passes = events.flatMap(event => (event.type === 'pass.started' ? [event.pass] : []));
			// What is killed may have told of its second pass on the screen alone: not a byte of it was written then.
			t.true(['1,2,1,2,3', '1,1,2,3'].includes(passes.join()), passes.join());
			t.true(events.every(event => event.type !== 'step.started' || event.from === undefined));
			const left = leftBy({events});
			const last = events.findLast(event => event.type === 'pass.started');
			t.deepEqual(last?.type === 'pass.started' && last.content, {
				kind: 'aes-256-ctr',
				keySha256: createHash('sha256')
					.update(Buffer.from(left.kind === 'aes-256-ctr' ? left.key : '', 'hex'))
					.digest('hex'),
			});
		},
	);
}

test.serial('a rehearsal erases by a scheme as well', async t => {
	const place = await createPlace(t);
	const args = ['--size', '2MiB', '--eraser', 'pattern', '--scheme', 'is5enh', '--progress', 'json'];
	const end = await zeroize(['rehearse', 'erase', ...args, ...place.args], {timeoutMs: 120_000});
	t.is(end.exitCode, 0, end.stderr);
	t.like(erasedIn(end.events), {scheme: 'is5enh', writtenBytes: 2 * 1024 ** 2});
});

test.serial(
	'a recipe names a scheme, the plan shows its passes, and the command line has the last word',
	async t => {
		const place = await createPlace(t);
		const image = await place.image(4096);
		const text = await readFile('recipes/erase.yaml', 'utf8');
		const steps = '  - step: erase\n    eraser: pattern\n    scheme: dod3pass\n  - step: verify\n';
		const recipe = await place.write(
			'own.yaml',
			`${text.split('steps:')[0]}steps:\n${steps}`.replace('name: erase', 'name: own'),
		);
		const plan = async (...args: readonly string[]) =>
			zeroize(['plan', recipe, '--device', `file:${image}`, '--host', 'rehearsal', ...args]);
		const shown = await plan();
		t.is(shown.exitCode, 0, shown.stderr);
		t.regex(shown.stdout, /scheme dodshort, 3 passes: one random byte, the complement of that,/);
		t.regex((await plan('--scheme', 'one')).stdout, /scheme one, 1 pass: 0xff/);
		t.regex((await plan('--eraser', 'direct')).stdout, /erased with direct: overwrite/);
	},
);

test.serial('a scheme without the eraser pattern, and one that there is not, are usage errors', async t => {
	const place = await createPlace(t);
	const image = await place.image(4096);
	const before = await readFile(image);
	const run = async (...args: readonly string[]) =>
		zeroize(['run', 'erase', '--device', `file:${image}`, '--confirm', image, ...args, ...place.args]);
	const alone = await run('--scheme', 'one');
	t.is(alone.exitCode, 2);
	t.regex(alone.stderr, /the eraser auto has no scheme one\nhint: .*--eraser pattern/);
	t.is((await run('--scheme', 'one', '--eraser', 'dd')).exitCode, 2);
	const unknown = await run('--eraser', 'pattern', '--scheme', 'dod9');
	t.is(unknown.exitCode, 2);
	t.regex(unknown.stderr, /dod522022m, dod, gutmann/);
	t.is(Buffer.compare(await readFile(image), before), 0);
});

test.serial('the schemes are listed, for people and for programs', async t => {
	const {stdout} = await zeroize(['erasers']);
	for (const {name} of schemes) {
		t.regex(stdout, new RegExp(`^  ${name} `, 'm'));
	}

	t.regex(stdout, /adds\s+nothing\s+on\s+today's\s+media/);
	const listed = JSON.parse((await zeroize(['erasers', '--json'])).stdout);
	const own = listed.find(({name}: {name: string}) => name === 'pattern');
	t.is(own.schemes.length, schemes.length);
	t.like(own.schemes[0], {name: 'random', passes: ['random'], isDefault: true});
	t.deepEqual(listed.find(({name}: {name: string}) => name === 'dd').schemes, []);
});
