import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {SanitizeError} from '../../src/errors.ts';
import {genesisHash, hashLine, journalText, readJournal} from '../../src/journal.ts';
import {numbered, planOf, runId} from '../_helpers/plan.ts';

const fixtures = path.join(import.meta.dirname, '../../fixtures/events');

/** A journal whose chain is right. */
const chained = (events: readonly object[]): string => {
	let prev = genesisHash;
	return events
		.map(event => {
			const line = JSON.stringify({...event, prev});
			prev = hashLine(line);
			return `${line}\n`;
		})
		.join('');
};

for (const name of readdirSync(fixtures)) {
	test(`every event of ${name} is one`, t => {
		const events = readFileSync(path.join(fixtures, name), 'utf8').trimEnd().split('\n');
		t.is(readJournal(chained(events.map(line => JSON.parse(line))), 'j').length, events.length);
	});
}

const [planned, started] = numbered([
	{type: 'run.planned', plan: planOf()},
	{type: 'step.started', step: 'erase', title: 'erase'},
]);

const refused: ReadonlyArray<readonly [title: string, second: object, why: RegExp]> = [
	['of another run', {...started, runId: `${runId}x`}, /^reading j:2: it is of another run$/],
	['that is a second plan', {...planned, seq: 2}, /^reading j:2: only the first line is a plan$/],
	['of an unknown type', {...started, type: 'run.blessed'}, /this zeroize knows no event of its type$/],
	['of a type that is none', {...started, type: 'toString'}, /this zeroize knows no event of its type$/],
	['without a time', {...started, at: 'yesterday'}, /j:2: at: Invalid format/],
	['with a step that is none', {...started, step: 1}, /j:2: step: Invalid type/],
	[
		'that is deep',
		{...started, more: JSON.parse('['.repeat(80) + ']'.repeat(80))},
		/j:2: it is nested too deeply$/,
	],
];

for (const [title, second, why] of refused) {
	test(`an event ${title} is refused with its line, though the chain is right`, t => {
		const error = t.throws(() => readJournal(chained([planned as object, second]), 'j'), {
			instanceOf: SanitizeError,
		});
		t.is(error.code, 'JOURNAL_INVALID');
		t.regex(error.message, why);
	});
}

test('the name of a run is a name, and no way out of the log directory', t => {
	for (const name of ['../../etc', '..', '', 'a/b', '-x', 'x'.repeat(65)]) {
		const plan = {...planOf(), runId: name};
		t.throws(
			() => readJournal(chained([{...planned, runId: name, plan}]), 'j'),
			{message: /j:1: runId: /},
			name,
		);
	}
});

test('what an event holds besides is left as it is', t => {
	const [, line] = readJournal(chained([planned as object, {...started, more: [1, {a: null}]}]), 'j');
	t.like(line?.event, {more: [1, {a: null}]});
});

test('a journal that is not UTF-8 is refused with its line; what a crash tore may be anything', t => {
	const text = Buffer.from(chained([planned as object, started as object]));
	t.is(journalText(Buffer.concat([text, Buffer.from([0xc3, 0, 0xff])]), 'j'), text.toString());
	const changed = Buffer.from(text);
	changed[changed.length - 10] = 0xff;
	t.throws(() => journalText(changed, 'j'), {message: 'reading j:2: it is not text in UTF-8'});
});
