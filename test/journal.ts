import test from 'ava';
import {SanitizeError} from '../src/errors.ts';
import {genesisHash, hashLine, Journal, readJournal} from '../src/journal.ts';
import {numbered, planOf} from './_helpers/plan.ts';

const events = numbered([
	{type: 'run.planned', plan: planOf()},
	{type: 'step.started', step: 'erase', title: 'erase'},
	{type: 'run.finished', outcome: 'failed', exitCode: 4, devices: []},
]);

const writeJournal = (): {text: string; head: {hash: string; seq: number}} => {
	const journal = new Journal();
	const text = events.map(event => `${journal.add(event)}\n`).join('');
	return {text, head: journal.head};
};

test('each line carries the hash of the line before it, the first one 64 zeros', t => {
	const {text, head} = writeJournal();
	const lines = text.trimEnd().split('\n');
	const prevs = lines.map(line => JSON.parse(line).prev);
	t.deepEqual(prevs, [genesisHash, hashLine(lines[0] ?? ''), hashLine(lines[1] ?? '')]);
	t.deepEqual(head, {hash: hashLine(lines[2] ?? ''), seq: 3});
});

test('a journal reads back to the same events', t => {
	const {text, head} = writeJournal();
	const lines = readJournal(text, 'j');
	t.deepEqual(
		lines.map(({event}) => event),
		[...events],
	);
	t.is(lines.at(-1)?.hash, head.hash);
});

test('a torn last line is left out', t => {
	const {text} = writeJournal();
	t.is(readJournal(text.slice(0, -10), 'j').length, 2);
});

test('any changed byte of any line but the last is found', t => {
	const {text} = writeJournal();
	const lastLine = text.lastIndexOf('\n', text.length - 2) + 1;
	for (let position = 0; position < lastLine; position += 1) {
		const changed = `${text.slice(0, position)}${text[position] === 'x' ? 'y' : 'x'}${text.slice(position + 1)}`;
		const error = t.throws(() => readJournal(changed, 'j'), {instanceOf: SanitizeError}, `byte ${position}`);
		t.is(error.code, 'JOURNAL_INVALID');
	}
});

test('a removed line and an empty journal are refused with the line', t => {
	const {text} = writeJournal();
	const [first, , third] = text.split('\n');
	t.throws(() => readJournal(`${first}\n${third}\n`, 'j'), {message: /j:2: its hash chain is broken/});
	t.throws(() => readJournal('', 'j'), {message: /j:1: it holds no complete line/});
	t.throws(() => readJournal('[]\n', 'j'), {message: /it is not an event/});
});

test('a gap in the numbering is a fault', t => {
	const journal = new Journal();
	t.throws(() => journal.add({...events[1], seq: 2} as (typeof events)[number]), {instanceOf: SanitizeError});
});
