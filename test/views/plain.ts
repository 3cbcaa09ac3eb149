import test from 'ava';
import type {RunEvent} from '../../src/events.ts';
import plain from '../../src/views/plain.ts';
import {isPictureRow} from '../_helpers/console-picture.ts';
import {plan, sda} from '../_helpers/recorded-plan.ts';
import {readRecording, recordings, show, viewSuite} from '../_helpers/view-suite.ts';

viewSuite(test, plain);

const linesOf = (text: string): readonly string[] => text.trimEnd().split('\n');

for (const name of recordings) {
	test(`plain lines of the recording "${name}" are timed ASCII of at most 80 columns, QR codes apart`, t => {
		const lines = linesOf(show(plain, readRecording(name), {columns: 200}).text);
		for (const line of lines.filter(shown => !isPictureRow(shown))) {
			t.regex(line, /^\d\d:\d\d:\d\d [ -~]{1,71}$/);
		}
	});

	test(`the recording "${name}" ends with its outcome on one screen, and with what to do next`, t => {
		const {writes} = show(plain, readRecording(name));
		const end = writes.find(({event}) => event.type === 'run.finished');
		const lines = linesOf(end?.text ?? '');
		t.true(lines.length <= 20);
		t.regex(lines[0] ?? '', /^\d\d:\d\d:\d\d [A-Z ]+ /);
		t.true(lines.some(line => line.includes('next: ')));
	});

	test(`progress of the recording "${name}" takes at most one line in five seconds`, t => {
		const {writes} = show(plain, readRecording(name));
		const times = writes
			.filter(({event}) => event.type === 'step.progress')
			.map(({event, text}) => {
				t.is(linesOf(text).length, 1);
				return Date.parse(event.at);
			});
		t.true(times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) >= 5000));
	});
}

const planned: RunEvent = {
	type: 'run.planned',
	plan: plan(),
	seq: 1,
	at: '2026-11-04T12:00:00.000Z',
	runId: 'x',
};

const erasing = (totalSeconds: number, everyMs: number): RunEvent[] => {
	const at = (ms: number): string => new Date(Date.parse(planned.at) + ms).toISOString();
	const count = Math.floor((totalSeconds * 1000) / everyMs);
	const progress = Array.from(
		{length: count},
		(_, index): RunEvent => ({
			type: 'step.progress',
			step: 'erase',
			device: sda.path,
			bytes: Math.floor((sda.totalBytes / count) * (index + 1)),
			totalBytes: sda.totalBytes,
			bytesPerSecond: 1,
			etaSeconds: 1,
			seq: index + 3,
			at: at((index + 1) * everyMs),
			runId: 'x',
		}),
	);
	return [
		planned,
		{type: 'step.started', step: 'erase', title: 'erase', device: sda.path, seq: 2, at: at(0), runId: 'x'},
		...progress,
	];
};

for (const {title, seconds, everyMs, lines} of [
	{title: 'a second', seconds: 1, everyMs: 50, lines: 0},
	{title: 'twenty seconds', seconds: 20, everyMs: 200, lines: 4},
	{title: 'ten minutes', seconds: 600, everyMs: 1000, lines: 19},
	{title: 'ten hours', seconds: 36_000, everyMs: 1000, lines: 600},
]) {
	test(`an erase of ${title} has ${lines} lines of progress`, t => {
		const {writes} = show(plain, erasing(seconds, everyMs));
		t.is(writes.filter(({event}) => event.type === 'step.progress').length, lines);
	});
}

test('the step is numbered as in the plan', t => {
	const {text} = show(plain, readRecording('sanitized'));
	t.true(text.includes('[3/7] erase with dd /dev/sda\n'));
	t.true(text.includes('[4/7] verify /dev/sda  50 % 13.6 of 27.2 GiB, 465 MiB/s, 30 s left\n'));
});

test('a rehearsal is said loudly at both ends', t => {
	const {text} = show(plain, readRecording('two-devices'));
	t.is(text.split('REHEARSAL').length, 3);
});

test('the ranges that are not zero are said where they are', t => {
	const {text} = show(plain, readRecording('failed-verification'));
	t.true(text.includes('NOT ZERO: 12 ranges, 36 B: at byte 1000 (3 B)'));
	t.true(text.includes('DO NOT RELEASE'));
});

test('what a device says of itself cannot reach the terminal as it is', t => {
	const evil = {...sda, model: 'E\u{1B}[2J\u{9B}31m\nvil', serial: '\u{7}1'};
	const {text} = show(plain, [{...planned, plan: plan({}, [evil])}]);
	t.false(text.includes('\u{1B}') || text.includes('\u{7}') || text.includes('\u{9B}'));
	t.true(text.includes('E?[2J?31m vil'));
});

test('places that could not be written are told with the erase, and at the end', t => {
	const {text} = show(plain, readRecording('bad-sectors'));
	const told = text.match(/UNWRITABLE: 2 ranges, 4.5 KiB: at byte 1073741824 \(512 B\)/g) ?? [];
	t.is(told.length, 2);
	t.regex(text, /warning: \/dev\/sda: a write error in the 1048576 bytes at 1073741824/);
});

test('what is wrong with a drive stands right under its name', t => {
	const [device] = plan().devices;
	const devices = device ? [{...device, warnings: ['the drive reports that it is failing']}] : [];
	const lines = linesOf(show(plain, [{...planned, plan: plan({devices})}]).text);
	const index = lines.findIndex(line => line.includes('WARNING: the drive reports that it is failing'));
	t.true(index > 0);
	t.true(lines.slice(index).some(line => line.includes('holds:')));
});
