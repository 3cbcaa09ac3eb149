import test from 'ava';
import type {DeviceResult, Outcome} from '../../../src/events/results.ts';
import {continueStory, emptyStory, type RunFinished, type Story} from '../../../src/views/text/story.ts';
import {summaryLines} from '../../../src/views/text/summary.ts';
import {plan, sda} from '../../_helpers/recorded-plan.ts';

const stamp = {seq: 1, at: '2026-11-04T12:00:00.000Z', runId: 'x'};

const result = (path: string, outcome: Outcome): DeviceResult => ({
	path,
	serial: null,
	outcome,
	totalBytes: 4096,
	writtenBytes: 4096,
	verifiedBytes: 0,
	unwritable: [{offset: 512, length: 512}],
	unreadable: [{offset: 0, length: 512}],
	nonZero: [{offset: 1000, length: 3}],
	unwritableRanges: 1,
	unwritableBytes: 512,
	nonZeroRanges: 1,
	nonZeroBytes: 3,
	unreadableRanges: 1,
	unreadableBytes: 512,
});

const finished = (
	outcome: Outcome,
	devices: readonly DeviceResult[] = [result('/dev/sda', outcome)],
): RunFinished => ({
	type: 'run.finished',
	outcome,
	exitCode: 4,
	devices,
	...stamp,
});

const planned = (changes = {}): Story =>
	continueStory(emptyStory, {type: 'run.planned', plan: plan(changes), ...stamp});

const committed = (): Story => continueStory(planned(), {type: 'run.committed', device: sda, ...stamp});

const outcomes: readonly Outcome[] = [
	'sanitized',
	'verified',
	'refused',
	'failed',
	'unverified',
	'aftercare-failed',
	'interrupted',
];

for (const outcome of outcomes) {
	test(`${outcome} fits one screen, says so first and what to do next`, t => {
		for (const story of [emptyStory, planned(), committed()]) {
			const devices = Array.from({length: 30}, (_, index) =>
				result(`/dev/sd${index}`, index === 29 ? outcome : 'sanitized'),
			);
			const lines = summaryLines(story, finished(outcome, devices), 71);
			t.true(lines.length <= 20);
			t.true(lines.every(line => line.length <= 71));
			t.true(lines[0]?.startsWith(outcome.toUpperCase().replace('-', ' ')));
			t.true(lines.some(line => line.startsWith('next: ')));
			t.true(lines.some(line => /and \d+ more, see the log/.test(line)));
		}
	});
}

test('the devices that are not well come first', t => {
	const lines = summaryLines(
		committed(),
		finished('failed', [result('/dev/sda', 'sanitized'), result('/dev/sdb', 'failed')]),
		80,
	);
	t.is(lines[1], '2 devices: 1 sanitized, 1 failed; 8 KiB written, 0 B read back');
	t.is(lines[2], '/dev/sdb: FAILED');
	t.true(lines.includes('  UNREADABLE: 1 range, 512 B: at byte 0 (512 B)'));
	t.true(lines.includes('  UNWRITABLE: 1 range, 512 B: at byte 512 (512 B)'));
});

test('an interruption says whether anything was written and how to go on', t => {
	t.true(summaryLines(planned(), finished('interrupted'), 80)[0]?.includes('not one byte was written'));
	const lines = summaryLines(committed(), finished('interrupted'), 80).join('\n');
	t.true(lines.includes('INTERRUPTED after writing had begun'));
	t.true(lines.includes('go on with: zeroize resume'));
	t.true(lines.includes('/tmp/zeroize-20261104-120000-5f3a/journal.jsonl'));
});

test('a device that was only read is never called erased', t => {
	const [first] = plan().devices;
	const {eraser: _eraser, ...readOnly} = first ?? {};
	const story = planned({devices: [readOnly]});
	const text = summaryLines(story, finished('unverified'), 80).join('\n');
	t.false(text.includes('erased'));
	t.true(text.includes('zeroize verify --device /dev/sda'));
	t.true(summaryLines(story, finished('failed'), 80).join('\n').includes('not empty or not readable'));
});

test('what was done to a device is told as far as it is known', t => {
	const base = {...result('/dev/sda', 'failed'), verifiedBytes: 0};
	const told = (changes: Partial<DeviceResult>) =>
		summaryLines(planned(), finished('failed', [{...base, ...changes}]), 80)[2];
	t.is(told({verifiedBytes: 4096}), '  all 4 KiB written, all 4 KiB read back');
	t.is(told({writtenBytes: 1024}), '  1 KiB of 4 KiB written, 0 B of 4 KiB read back');
	t.is(told({outcome: 'refused', writtenBytes: 0}), '  nothing of 4 KiB was written');
	t.is(told({outcome: 'verified', writtenBytes: 0, verifiedBytes: 512}), '  512 B of 4 KiB read');
	// dd may have written before it told how much.
	t.is(told({outcome: 'interrupted', writtenBytes: 0}), '  0 B of 4 KiB written, 0 B of 4 KiB read back');
});

test('a failure warns once and a refusal names its device once', t => {
	const failed = continueStory(committed(), {
		type: 'step.failed',
		step: 'verify',
		code: 'NOT_ZERO',
		message: 'not zero',
		hint: 'do not release the device; look at the kernel log',
		...stamp,
	});
	const lines = summaryLines(failed, finished('failed'), 80);
	t.is(lines.filter(line => /do not release the device/i.test(line)).length, 2);
	t.true(lines.includes('next: look at the kernel log'));
	const refusals = [
		{target: '/dev/sda', code: 'SYSTEM_DISK', message: '/dev/sda holds the system', hint: 'x'},
		{target: '/dev/sdb', code: 'DEVICE_BUSY', message: 'it is mounted', hint: 'x'},
	] as const;
	const refused = summaryLines(planned(), {...finished('refused'), refusals}, 80);
	t.true(refused.includes('refused: /dev/sda holds the system (SYSTEM_DISK)'));
	t.true(refused.includes('refused: /dev/sdb: it is mounted (DEVICE_BUSY)'));
});

test('a run that failed many times names the first failures and counts the others', t => {
	let story = committed();
	for (let index = 0; index < 5; index += 1) {
		story = continueStory(story, {
			type: 'step.failed',
			step: 'erase',
			code: 'WRITE_FAILED',
			message: `write ${'x '.repeat(300)}`,
			hint: 'replace it',
			...stamp,
		});
	}

	const lines = summaryLines(story, finished('failed'), 71);
	t.true(lines.length <= 20);
	t.true(lines.includes('and 3 more, see above'));
	t.true(lines.includes('next: replace it'));
});
