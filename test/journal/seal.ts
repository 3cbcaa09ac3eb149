import test from 'ava';
import {isSealedBy} from '../../src/journal/seal.ts';
import {Journal, readJournal} from '../../src/journal.ts';
import {everyByteChanged, everyByteTurned} from '../_helpers/mutations.ts';
import {numbered, planOf} from '../_helpers/plan.ts';
import {newKey} from '../_helpers/signing-key.ts';

const events = numbered([
	{type: 'run.planned', plan: planOf()},
	{
		...{type: 'step.progress', step: 'erase', device: '/dev/sdz', bytes: 1, totalBytes: 2},
		...{bytesPerSecond: 1, etaSeconds: 1},
	},
	{type: 'run.finished', outcome: 'failed', exitCode: 4, devices: []},
]);

const write = (key?: ReturnType<typeof newKey>): string => {
	const journal = new Journal(undefined, key);
	return events.map(event => `${journal.add(event)}\n`).join('');
};

test('every line but progress has a seal, which stands last in it and is no part of its event', t => {
	const text = write();
	const lines = readJournal(text, 'j');
	t.deepEqual(
		lines.map(({seal}) => seal !== undefined),
		[true, false, true],
	);
	t.deepEqual(
		lines.map(({event}) => event),
		[...events],
	);
	t.regex(text, /,"seal":\{"sha256":"[0-9a-f]{64}"\}\}\n$/);
});

test('with a key a seal is signed by it, and by no other', t => {
	const key = newKey();
	const [first] = readJournal(write(key), 'j');
	t.true(first?.seal && isSealedBy(first.seal, key));
	t.false(first?.seal && isSealedBy(first.seal, newKey()));
	t.false(first?.seal && isSealedBy({sha256: first.seal.sha256}, key));
	t.false(first?.seal && isSealedBy({...first.seal, sha256: 'a'.repeat(64)}, key));
	t.is(write(key), write(key), 'a signature is the same each time');
});

test('a changed byte of the last line is found, by its seal or because it has none', t => {
	const key = newKey();
	const text = Buffer.from(write(key));
	const start = text.lastIndexOf('\n', text.length - 2) + 1;
	const last = text.subarray(start, -1);
	let count = 0;
	for (const changed of [...everyByteTurned(last, {widely: true}), ...everyByteChanged(last.toString())]) {
		const whole = Buffer.concat([text.subarray(0, start), changed, Buffer.from('\n')]).toString();
		t.false(isProved(whole, key), changed.toString());
		count += 1;
	}

	t.true(count > 1000);
});

const isProved = (text: string, key: ReturnType<typeof newKey>): boolean => {
	try {
		const seal = readJournal(text, 'j').at(-1)?.seal;
		return seal !== undefined && isSealedBy(seal, key);
	} catch {
		return false;
	}
};

test('a journal from before there were seals is read as ever', t => {
	const [line = ''] = write().split('\n');
	const old = line.replace(/,"seal":\{[^}]*\}\}$/, '}');
	t.not(old, line);
	t.deepEqual(
		readJournal(`${old}\n`, 'j').map(({event}) => event),
		[events[0]],
	);
});
