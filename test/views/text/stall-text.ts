import test from 'ava';
import {stallText} from '../../../src/views/text/stall-text.ts';
import type {StepStalled} from '../../../src/views/text/story.ts';

const stalled = (changes: Partial<StepStalled>): StepStalled => ({
	...{seq: 1, at: '2026-11-21T00:00:00.000Z', runId: 'r', type: 'step.stalled'},
	...{step: 'erase', device: '/dev/sda', bytes: 1, totalBytes: 2},
	...{bytesPerSecond: 0, seconds: 120, cause: null, giveUpSeconds: 1680},
	...changes,
});

const cases = [
	[{}, 'no progress for 2 min 00 s; the kernel log gives no cause; given up in 28 min 00 s'],
	[{giveUpSeconds: 0, cause: 'it'}, 'no progress for 2 min 00 s; likely cause: it; given up now'],
	[
		{answers: true},
		'no progress for 2 min 00 s: it answers, but nothing gets further; the kernel log gives no cause; given up in 28 min 00 s without an answer',
	],
	[
		{answers: true, bytesPerSecond: 1000, cause: 'it'},
		'no more than 1000 B/s for 2 min 00 s: it answers with errors; likely cause: it; given up in 28 min 00 s without an answer',
	],
] as const;

for (const [changes, text] of cases) {
	test(`a stall is told as ${text}`, t => {
		t.is(stallText(stalled(changes)), text);
	});
}
