import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {replayCertificates} from '../../src/certificate/replay.ts';
import {SanitizeError} from '../../src/errors.ts';
import {type RunEvent, RunEvents} from '../../src/events.ts';
import {genesisHash, hashLine, type JournalLine, journalText, readJournal} from '../../src/journal.ts';
import {conclude} from '../../src/outcome.ts';
import {hasEnded, isUnderWay, remainingSteps} from '../../src/pipeline/remaining.ts';
import {foldReport} from '../../src/report.ts';
import plain from '../../src/views/plain.ts';
import {createPlace} from '../_helpers/cli.ts';
import {endsWell, fuzz, requirePlain} from '../_helpers/fuzz.ts';
import {runMain, surroundingsOf} from '../_helpers/main.ts';
import {everyByteChanged, mutated, mutatedValue} from '../_helpers/mutations.ts';
import {numbered, planOf} from '../_helpers/plan.ts';

const read = (name: string): readonly RunEvent[] =>
	readFileSync(path.join(import.meta.dirname, `../../fixtures/events/${name}.jsonl`), 'utf8')
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line))
		// Of the many that say how far it is a few are enough.
		.filter(({type}, index) => type !== 'step.progress' || index % 20 === 0)
		.map((event, index) => ({...event, seq: index + 1}));

const runs = [
	'aftercare-failed',
	'failed-verification',
	'interrupted',
	'left-disk',
	'sanitized',
	'two-devices',
].map(read);

/** A journal whose chain is right, whatever its events are: who changes one can do the sum again. */
const chained = (events: readonly unknown[]): string => {
	let prev = genesisHash;
	return events
		.map(event => {
			const line = JSON.stringify(typeof event === 'object' && event ? {...event, prev} : event);
			prev = hashLine(line ?? '');
			return `${line}\n`;
		})
		.join('');
};

/** All that is done with a journal before anything is done with a device. */
const use = (bytes: Uint8Array): readonly JournalLine[] => {
	const text = journalText(Buffer.from(bytes), 'j');
	const lines = readJournal(text, 'j');
	const events = lines.map(({event}) => event);
	const report = foldReport(events);
	conclude(report);
	for (const step of report.plan ? remainingSteps(report.plan, report) : []) {
		hasEnded(step, '/dev/sda', report);
		isUnderWay(step, report);
	}

	show(events);
	return lines;
};

const show = (events: readonly RunEvent[]): void => {
	const {surroundings, stdout} = surroundingsOf();
	const stream = new RunEvents({
		runId: events[0]?.runId ?? '',
		now: () => new Date(0),
		onListenerError: error => {
			throw error;
		},
	});
	using _view = plain.attach(stream, surroundings.stdout);
	events.forEach(event => void stream.replay(event));
	requirePlain(stdout.text());
};

const useForCertificates = (bytes: Uint8Array): void => {
	use(bytes);
	replayCertificates(journalText(Buffer.from(bytes), 'j'), 'j');
};

const journals = runs.map(events => chained(events));

test.serial('every byte of a small journal, changed four times: found, but in the last line', async t => {
	const events = numbered([
		{type: 'run.planned', plan: planOf({devices: []})},
		{type: 'step.started', step: 'erase', title: 'erase'},
		{type: 'step.failed', step: 'erase', code: 'INTERRUPTED', message: 'interrupted'},
	]);
	const text = chained(events);
	const lastLine = text.lastIndexOf('\n', text.length - 2) + 1;
	let count = 0;
	for (const bytes of everyByteChanged(text)) {
		const isTaken = await endsWell(bytes, {use, codes: ['JOURNAL_INVALID']});
		const isLastLine = bytes.subarray(0, lastLine).equals(Buffer.from(text.slice(0, lastLine)));
		t.true(!isTaken || isLastLine);
		count += 1;
	}

	t.log(`${count} journals`);
	t.true(count > 4000);
});

test.serial('2,000 journals with changed bytes are never more than they were', async t => {
	const known = new Set(journals.flatMap(text => text.split('\n').slice(0, -2)));
	const useWhole = (bytes: Uint8Array) => {
		const {length} = use(bytes);
		const lines = Buffer.from(bytes)
			.toString()
			.split('\n')
			.slice(0, length - 1);
		t.true(lines.every(line => known.has(line)));
	};
	await fuzz(t, {input: mutated(...journals), runs: 2000, use: useWhole, codes: ['JOURNAL_INVALID']});
});

test.serial('2,000 journals with changed events and a right chain', async t => {
	const input = mutatedValue(...runs).map(events =>
		Buffer.from(chained(Array.isArray(events) ? events : [events])),
	);
	const codes = ['JOURNAL_INVALID', 'CERTIFICATE_INVALID'] as const;
	await fuzz(t, {input, runs: 2000, use: useForCertificates, codes});
});

const [planned, ...rest] = read('sanitized');

const line = (index: number) => `${JSON.stringify(rest[index % rest.length])}\n`;

const bombs = [
	'\n'.repeat(10_000_000),
	'{'.repeat(10_000_000),
	`${'['.repeat(10_000_000)}\n`,
	`{"seq":1,"type":"run.planned","prev":"${genesisHash}","plan":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`,
	`${'x'.repeat(20_000_000)}\n`,
	chained([planned, ...Array.from({length: 10_001}, (_, index) => ({...rest[0], seq: index + 2}))]),
	chained([
		{...planned, devices: [], plan: {...planOf(), devices: Array.from({length: 100_000}, () => null)}},
	]),
	'',
	line(0),
];

test.serial('journals that are too large, too deep or too long are refused at once', async t => {
	for (const text of bombs) {
		const bytes = Buffer.from(text);
		t.false(await endsWell(bytes, {use: useForCertificates, codes: ['JOURNAL_INVALID']}), text.slice(0, 60));
	}
});

test.serial('100 journals through the command line: nothing is resumed, and nothing is written', async t => {
	const place = await createPlace(t);
	const [file] = await Promise.all([place.write('journal.jsonl', ''), place.write('run.log', '')]);
	const useFile = async (bytes: Uint8Array) => {
		await place.write('journal.jsonl', Buffer.from(bytes).toString('latin1'));
		for (const args of [['resume'], ['certificate', 'show']]) {
			const end = await runMain([...args, file]);
			requirePlain(end.stderr);
			if (![0, 2, 3].includes(end.exitCode ?? 1) || (args[0] === 'resume' && end.exitCode === 0)) {
				throw new SanitizeError('INTERNAL', `exit ${end.exitCode}: ${end.stderr}`);
			}
		}
	};
	await fuzz(t, {input: mutated(...journals), runs: 100, use: useFile, codes: []});
	t.deepEqual(await place.runs(), {state: [], log: []});
});
