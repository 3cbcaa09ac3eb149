import test from 'ava';
import plain from '../../../src/views/plain.ts';
import {manyDevices} from '../../_helpers/many-devices.ts';
import {show} from '../../_helpers/view-suite.ts';

const minutes = 30;

const progressLines = show(plain, manyDevices(minutes))
	.text.split('\n')
	.filter(line => line.includes(' % '));

test('of many devices a slow line gets no more than a line every five seconds, in 80 columns', t => {
	t.true(progressLines.length <= minutes * 12 && progressLines.length > minutes);
	t.true(progressLines.every(line => line.length <= 80));
});

test('every minute there is a word of all of them together, and of each that is under way', t => {
	const counts = Map.groupBy(progressLines, line => /all 16 devices|\/dev\/sd./.exec(line)?.[0]);
	t.deepEqual([...counts.keys()].sort(), ['/dev/sda', '/dev/sdb', '/dev/sdc', '/dev/sdd', 'all 16 devices']);
	for (const lines of counts.values()) {
		t.true(Math.abs(lines.length - minutes) <= 3);
	}
});

test('the total says what is left of all the work, and how many devices wait', t => {
	t.regex(
		progressLines.findLast(line => line.includes('all 16')) ?? '',
		/ 0 % 1\.1 of 116 TiB, 686 MiB\/s, 2 d 00 h left \(12 wait\)$/,
	);
});
