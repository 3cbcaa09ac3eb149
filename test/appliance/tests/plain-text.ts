import test from 'ava';
import fc from 'fast-check';
import {lastLines, plainText} from '../machine/plain-text.ts';

const cases: ReadonlyArray<readonly [name: string, raw: string, plain: string]> = [
	['colours go', '[\u001B[0;32m  OK  \u001B[0m] Started', '[  OK  ] Started'],
	['modes of the terminal go', '\u001B[?2004hroot@router:~# ', 'root@router:~# '],
	['however many carriage returns end a line, it is one line', 'root\r\r\nPassword: ', 'root\nPassword: '],
	['going back to the first column starts a line', '10 %\r20 %', '10 %\n20 %'],
	['a carriage return that may be followed by a line feed waits', 'root\r', 'root'],
	['an escape that is not complete waits', 'text\u001B[0;3', 'text'],
	['an escape that has only begun waits', 'text\u001B', 'text'],
];

for (const [name, raw, plain] of cases) {
	test(name, t => {
		t.is(plainText(raw), plain);
	});
}

test('what was given once stays when more comes', t => {
	const piece = fc.constantFrom('a', ' ', '\r', '\n', '\u001B[0m', '\u001B[?2004h', '\u001B', '[', '0;', 'm');
	fc.assert(
		fc.property(fc.array(piece, {maxLength: 12}), fc.nat(40), (pieces, cut) => {
			const raw = pieces.join('');
			t.true(plainText(raw).startsWith(plainText(raw.slice(0, cut))), JSON.stringify([raw, cut]));
		}),
	);
});

test('the last lines are without the empty end', t => {
	t.is(lastLines('a\nb\nc\n\n', 2), 'b\nc');
});
