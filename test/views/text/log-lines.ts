import test from 'ava';
import {createLogLines} from '../../../src/views/text/log-lines.ts';
import {readRecording, recordings} from '../../_helpers/view-suite.ts';

for (const name of recordings) {
	test(`every event of the recording "${name}" but progress has its line in the log`, t => {
		const describe = createLogLines();
		for (const event of readRecording(name)) {
			const lines = describe(event);
			t.true(lines.length > 0 || event.type === 'step.progress');
			for (const line of lines) {
				t.true(line.startsWith(`${event.at} `));
				t.regex(line, /^[ -~]+$/);
			}
		}
	});
}

test('a failure is in the log with its code, its hint and what was found', t => {
	const describe = createLogLines();
	const log = readRecording('failed-verification').flatMap(describe).join('\n');
	t.true(
		log.includes('[4/7] verify /dev/sda FAILED: verify /dev/sda: 12 ranges of it are not zero (NOT_ZERO)'),
	);
	t.true(log.includes('hint: look for what wrote to it after the erase'));
	t.true(log.includes('NOT ZERO: 12 ranges, 36 B'));
});
