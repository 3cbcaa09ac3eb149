import test from 'ava';
import {selectView} from '../../../src/views/text/select.ts';

for (const [isTTY, columns, term, view] of [
	[true, 80, 'xterm-256color', 'tty'],
	[true, 60, 'linux', 'tty'],
	[true, 80, 'screen', 'tty'],
	[true, 59, 'xterm', 'plain'],
	[false, 80, 'xterm', 'plain'],
	[true, 80, undefined, 'plain'],
	[true, 80, '', 'plain'],
	[true, 80, 'dumb', 'plain'],
	[true, 80, 'vt100', 'plain'],
	[true, 80, 'vt102', 'plain'],
	[true, 80, 'vt220', 'plain'],
] as const) {
	test(`${isTTY ? 'a terminal' : 'a pipe'} of ${columns} columns with TERM=${term} is shown ${view}`, t => {
		t.is(selectView('auto', {isTTY, columns, term}), view);
	});
}

test('what is asked for is given', t => {
	for (const progress of ['tty', 'plain', 'json'] as const) {
		t.is(selectView(progress, {isTTY: false, columns: 10, term: undefined}), progress);
	}
});
