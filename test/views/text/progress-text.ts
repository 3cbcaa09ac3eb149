import test from 'ava';
import {progressBar, progressText} from '../../../src/views/text/progress-text.ts';
import type {StepProgress} from '../../../src/views/text/story.ts';

const gibibyte = 1024 ** 3;

const at = (bytes: number, changes: Partial<StepProgress> = {}): StepProgress => ({
	type: 'step.progress',
	step: 'erase',
	device: '/dev/sda',
	bytes,
	totalBytes: 27 * gibibyte,
	bytesPerSecond: 188_743_680,
	etaSeconds: 85,
	seq: 1,
	at: '2026-11-04T12:00:00.000Z',
	runId: 'x',
	...changes,
});

test('a bar fits its columns and loses first what matters least', t => {
	const half = at(12.3 * gibibyte);
	t.is(progressBar(half, 80), '[#########-----------]  45 %  12.3 of 27 GiB  180 MiB/s  1 min 25 s left');
	t.is(progressBar(half, 70), '[########----------]  45 %  12.3 of 27 GiB  180 MiB/s  1 min 25 s left');
	for (let columns = 10; columns < 120; columns += 1) {
		t.true(progressBar(half, columns).length <= columns);
	}
});

test('a bar is full at the last byte and not before', t => {
	t.true(progressBar(at(27 * gibibyte), 80).startsWith(`[${'#'.repeat(20)}] 100 %`));
	t.true(progressBar(at(27 * gibibyte - 1), 80).startsWith(`[${'#'.repeat(19)}-]  99 %`));
	t.true(progressBar(at(0, {totalBytes: 0}), 80).startsWith(`[${'-'.repeat(20)}]   0 %`));
});

test('units are said twice only when they differ', t => {
	t.is(progressText(at(1024 ** 2)), '  0 % 1 MiB of 27 GiB, 180 MiB/s, 1 min 25 s left');
	t.is(progressText(at(gibibyte, {etaSeconds: null})), '  3 % 1 of 27 GiB, 180 MiB/s, time left unknown');
});

test('text that is too long loses its rate, then the time left', t => {
	t.is(progressText(at(gibibyte), 40), '  3 % 1 of 27 GiB, 1 min 25 s left');
	t.is(progressText(at(gibibyte), 20), '  3 % 1 of 27 GiB');
});
