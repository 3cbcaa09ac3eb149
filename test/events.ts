import test from 'ava';
import {type RunEvent, RunEvents} from '../src/events.ts';
import {numbered, runId} from './_helpers/plan.ts';

const warning = (message: string) => ({type: 'run.warned', code: 'NO_SPACE', message}) as const;

test('events are numbered from 1 without a gap, dated, and carry the run', t => {
	const events = new RunEvents({runId: 'r', now: () => new Date(0)});
	t.deepEqual(events.emit(warning('a')), {
		seq: 1,
		at: '1970-01-01T00:00:00.000Z',
		runId: 'r',
		...warning('a'),
	});
	t.is(events.emit(warning('b')).seq, 2);
});

test('a listener that throws is detached and told of, and stops nobody', t => {
	const errors: unknown[] = [];
	const events = new RunEvents({
		runId: 'r',
		now: () => new Date(0),
		onListenerError: error => errors.push(error),
	});
	const seen: RunEvent[] = [];
	events.subscribe(() => {
		throw new Error('broken');
	});
	events.subscribe(event => seen.push(event));
	events.emit(warning('a'));
	events.emit(warning('b'));
	t.is(errors.length, 1);
	t.deepEqual(
		seen.map(({seq}) => seq),
		[1, 2],
	);
});

test('an event that a listener emits comes after the one it was told of, for everybody', t => {
	const events = new RunEvents({runId: 'r', now: () => new Date(0)});
	const seen: number[] = [];
	events.subscribe(({seq}) => {
		if (seq === 1) {
			events.emit(warning('from a listener'));
		}
	});
	events.subscribe(({seq}) => seen.push(seq));
	events.emit(warning('a'));
	t.deepEqual(seen, [1, 2]);
});

test('a late reader gets what it missed, as far as it is still held', t => {
	const events = new RunEvents({runId: 'r', now: () => new Date(0)});
	for (let index = 0; index < 5000; index += 1) {
		events.emit(warning(String(index)));
	}

	const read = (from: number): readonly number[] => {
		const seen: number[] = [];
		using _ = events.subscribe(({seq}) => seen.push(seq), {from});
		return seen;
	};
	t.deepEqual(read(4999), [4999, 5000]);
	t.is(read(1)[0], 5000 - 4096 + 1);
});

test('a reader that starts late misses nothing that is emitted while it is being told', t => {
	const events = new RunEvents({runId: 'r', now: () => new Date(0)});
	events.emit(warning('a'));
	events.emit(warning('b'));
	const seen: number[] = [];
	events.subscribe(
		({seq}) => {
			seen.push(seq);
			if (seq <= 2) {
				events.emit(warning('from the reader'));
			}
		},
		{from: 1},
	);
	t.deepEqual(seen, [1, 2, 3, 4]);
});

test('nothing is told after the subscription ends', t => {
	const events = new RunEvents({runId: 'r', now: () => new Date(0)});
	const seen: RunEvent[] = [];
	const subscription = events.subscribe(event => seen.push(event));
	subscription[Symbol.dispose]();
	events.emit(warning('a'));
	t.deepEqual(seen, []);
});

test('events of another process are taken in their order, and what is emitted follows them', t => {
	const recorded = numbered([warning('a'), warning('b')]);
	const events = new RunEvents({runId, now: () => new Date(0)});
	const seen: RunEvent[] = [];
	events.subscribe(event => seen.push(event));
	recorded.forEach(event => void events.replay(event));
	t.deepEqual(seen, [...recorded]);
	t.is(events.emit(warning('c')).seq, 3);
	const late: number[] = [];
	events.subscribe(({seq}) => late.push(seq), {from: 2});
	t.deepEqual(late, [2, 3]);
});

test('an event that is not the next one, or of another run, is refused', t => {
	const [first, second] = numbered([warning('a'), warning('b')]) as [RunEvent, RunEvent];
	const events = new RunEvents({runId, now: () => new Date(0)});
	t.throws(() => events.replay(second), {
		code: 'JOURNAL_INVALID',
		message: /event 2 .* does not follow event 0/,
	});
	t.throws(() => events.replay({...first, runId: 'other'}), {
		code: 'JOURNAL_INVALID',
		message: /of run other/,
	});
	events.replay(first);
	t.throws(() => events.replay(first), {code: 'JOURNAL_INVALID'});
});
