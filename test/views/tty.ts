import {stripVTControlCharacters} from 'node:util';
import test from 'ava';
import tty from '../../src/views/tty.ts';
import {readRecording, recordings, show, viewSuite} from '../_helpers/view-suite.ts';

viewSuite(test, tty);

const withNoColor = (value: string | undefined, act: () => void): void => {
	const before = process.env['NO_COLOR'];
	if (value === undefined) {
		delete process.env['NO_COLOR'];
	} else {
		process.env['NO_COLOR'] = value;
	}

	act();
	if (before === undefined) {
		delete process.env['NO_COLOR'];
	} else {
		process.env['NO_COLOR'] = before;
	}
};

for (const name of recordings) {
	test(`the terminal keeps its width in the recording "${name}", colour or not`, t => {
		for (const columns of [60, 80, 132]) {
			const {text} = show(tty, readRecording(name), {isTTY: true, columns});
			for (const line of stripVTControlCharacters(text).split('\n')) {
				t.true(line.length <= columns, line);
			}
		}
	});

	test(`the task list has the screen to itself during the recording "${name}"`, t => {
		const {writes} = show(tty, readRecording(name), {isTTY: true});
		t.deepEqual(
			[...new Set(writes.map(({event}) => event.type))].filter(type => type.startsWith('step.')),
			[],
		);
	});
}

test.serial('the outcome is in colour on a terminal, unless NO_COLOR says no', t => {
	const recorded = readRecording('failed-verification');
	withNoColor(undefined, () => {
		t.true(show(tty, recorded, {isTTY: true}).text.includes('\u{1B}[31mFAILED - do not release'));
		t.false(show(tty, recorded, {isTTY: false}).text.includes('\u{1B}'));
	});
	withNoColor('1', () => {
		t.false(show(tty, recorded, {isTTY: true}).text.includes('\u{1B}'));
	});
});

test('warnings wait for the end of the task list', t => {
	const {writes} = show(tty, readRecording('aftercare-failed'));
	const [told] = writes.filter(({text}) => text.includes('warning: /var/log is nearly full'));
	t.is(told?.event.type, 'run.finished');
});

test('a rehearsal is loud, and says that it does not power off', t => {
	const {text} = show(tty, readRecording('two-devices'));
	t.true(text.includes('REHEARSAL'));
	t.true(text.endsWith('rehearsal: would power off now, does not\n'));
});

test('a device among several has one line of the task list, and so have all of them together', t => {
	const event = {
		type: 'step.progress',
		...{seq: 1, at: '', runId: 'x', step: 'verify', device: '/dev/sda'},
		...{bytes: 1023 * 1024 ** 2, totalBytes: 1023 * 1024 ** 3, bytesPerSecond: 1024 ** 2, etaSeconds: 90_000},
	} as const;
	t.is(tty.describeLane?.('/dev/sda'), '/dev/sda    waits');
	t.is(
		tty.describeLane?.('/dev/sda', event),
		'/dev/sda    verify   0 %  1023 MiB of 1023 GiB  1 MiB/s  1 d 01 h left',
	);
	const counts = {devices: 16, waiting: 8, running: 4, ended: 4};
	const total = tty.describeTotal?.({...event, ...counts}) ?? '';
	t.regex(total, /^all 16 devices .* 0 % .*\(4 done, 8 wait\)$/);
	t.true(total.length <= 76);
});
