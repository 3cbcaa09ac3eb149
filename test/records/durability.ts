import test from 'ava';
import type {EventBody, RunEvent} from '../../src/events.ts';
import {createDurability} from '../../src/records/durability.ts';

const eventOf = (body: EventBody): RunEvent => ({
	seq: 1,
	at: '2026-01-01T00:00:00.000Z',
	runId: 'run',
	...body,
});

const progress = (device: string, durableBytes?: number): RunEvent =>
	eventOf({
		...{
			type: 'step.progress',
			step: 'erase',
			device,
			bytes: 9,
			totalBytes: 10,
			bytesPerSecond: 1,
			etaSeconds: 1,
		},
		...(durableBytes !== undefined && {durableBytes}),
	});

test('what is told before it happens must last, progress alone need not', t => {
	const mustLast = createDurability();
	t.true(mustLast(eventOf({type: 'step.started', step: 'erase', title: 'erase'})));
	t.false(mustLast(progress('/dev/sdb')));
});

test('the first line with an anchor must last, for each device', t => {
	const mustLast = createDurability();
	const seen = [
		...[progress('/dev/sdb', 5), progress('/dev/sdb', 5), progress('/dev/sdc', 5)],
		...[progress('/dev/sdb', 6), progress('/dev/sdc', 5), progress('/dev/sdb')],
	];
	t.deepEqual(seen.map(mustLast), [true, false, true, true, false, false]);
});
