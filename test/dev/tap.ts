import test from 'ava';
import {readTap} from '../../src/dev/tap.ts';

// As ava 8.0.1 prints it.
const stream = `TAP version 13
ok 1 - a › cannot run here (needs root) # SKIP
not ok 2 - a › is to do # TODO
ok 3 - a › passes
ok 4 - a › says # SKIP in its title
not ok 5 - a › fails
  ---
    message: 'not ok 9 - quoted'
  ...
# not ok 10 - a comment
ok 6
not ok 7 - Error: late

1..6
# tests 6
# pass 3
# skip 1
# fail 3
`.split('\n');

test('every test line is counted once, by what it says', t => {
	t.deepEqual(readTap(stream), {
		passed: ['a › passes', 'a › says # SKIP in its title', 'test 6'],
		failed: ['a › fails', 'Error: late'],
		skipped: ['a › cannot run here (needs root)'],
		todo: ['a › is to do'],
		isComplete: true,
	});
});

const incomplete: ReadonlyArray<readonly [title: string, lines: readonly string[]]> = [
	['that is empty', []],
	['without a plan', ['ok 1 - a']],
	['with fewer tests than its plan says', ['ok 1 - a', '1..2']],
	['without a test', ['1..0']],
];

for (const [title, lines] of incomplete) {
	test(`a stream ${title} is not complete`, t => {
		t.false(readTap(lines).isComplete);
	});
}
