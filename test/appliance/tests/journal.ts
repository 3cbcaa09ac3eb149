import test from 'ava';
import {hashLine} from '../../../src/journal.ts';
import {brokenChain, lastEvent, readEvents} from '../outside/journal.ts';

const chained = (...types: readonly string[]): string => {
	let journal = '';
	let prev = '0'.repeat(64);
	for (const [index, type] of types.entries()) {
		const line = JSON.stringify({seq: index + 1, runId: 'run', type, prev});
		prev = hashLine(line);
		journal += `${line}\n`;
	}

	return journal;
};

test('a whole chain is followed to its end, a torn line behind it is none', t => {
	const journal = chained('run.planned', 'step.started', 'step.started', 'run.finished');
	t.is(brokenChain(journal), undefined);
	for (const torn of ['{"seq":5', '\0'.repeat(655)]) {
		t.is(brokenChain(journal + torn), undefined);
		t.is(readEvents(journal + torn).length, 4);
	}

	t.is(lastEvent(readEvents(journal), 'step.started')?.seq, 3);
	t.is(lastEvent(readEvents(journal), 'run.resumed'), undefined);
});

test('a line that was changed, removed or never there breaks it', t => {
	const lines = chained('run.planned', 'step.started', 'run.finished').split('\n');
	const [first = '', second = '', third = ''] = lines;
	t.is(
		brokenChain([first, second.replace('started', 'skipped'), third, ''].join('\n')),
		'line 3 does not follow the one before it',
	);
	t.is(brokenChain([first, third, ''].join('\n')), 'line 2 does not follow the one before it');
	t.is(brokenChain([second, third, ''].join('\n')), 'line 1 does not follow the one before it');
	t.is(brokenChain(first), 'no whole line');
});
