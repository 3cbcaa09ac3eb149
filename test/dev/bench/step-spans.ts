import test from 'ava';
import {fioRate} from '../../../src/dev/bench/perform.ts';
import {stepSpans} from '../../../src/dev/bench/step-spans.ts';

const finished = (step: string, at: string, durationMs: number): string =>
	JSON.stringify({type: 'step.finished', step, at: `2026-01-01T00:00:${at}Z`, durationMs});

test('a step of one device took what its event says', t => {
	const output = [finished('erase', '02.000', 1500), finished('verify', '03.000', 900), '{"type":"st'];
	t.deepEqual(stepSpans(output.join('\n')), {erase: {durationMs: 1500}, verify: {durationMs: 900}});
});

test('a step of several devices took from the first start to the last end', t => {
	const output = [finished('erase', '02.000', 1000), finished('erase', '03.500', 2000)];
	t.deepEqual(stepSpans(output.join('\n')), {erase: {durationMs: 2500}});
});

test("fio's rate is read behind what it says before, and is null where there is none", t => {
	const jobs = [{write: {bw_bytes: 5e9}, read: {bw_bytes: 0}}];
	t.is(fioRate(`note: something\n${JSON.stringify({jobs})}`), 5e9);
	t.is(fioRate('fio: no such device'), null);
	t.is(fioRate('{"jobs": [{}]}'), null);
});
