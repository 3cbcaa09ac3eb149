import test from 'ava';
import fc from 'fast-check';
import {jsonFlaw, parseJson} from '../src/json.ts';

const flawOf = (text: string): string | null => {
	try {
		parseJson(text);
		return null;
	} catch (error) {
		return jsonFlaw(error);
	}
};

test('64 levels are read, one more is not, however it is made', t => {
	for (const [open, close] of [
		['[', ']'],
		['{"a":', '}'],
		['[{"]":', '}]'],
	] as const) {
		const levels = 64 / (open.split(/[[{]/).length - 1);
		const nested = (count: number) => `${open.repeat(count)}1${close.repeat(count)}`;
		t.is(flawOf(nested(levels)), null);
		t.is(flawOf(nested(levels + 1)), 'it is nested too deeply');
	}

	t.is(flawOf('['.repeat(10_000_000)), 'it is nested too deeply');
});

test('brackets in strings are no nesting', t => {
	t.is(flawOf(`["${'['.repeat(1000)}\\"${'{'.repeat(1000)}\\\\"]`), null);
	t.is(flawOf(`[${'[],'.repeat(1000)}1]`), null);
	t.is(flawOf('"\\'), 'it is not JSON');
});

test('what JSON.parse reads is read the same', t => {
	fc.assert(
		fc.property(fc.json({maxDepth: 6}), text => {
			t.deepEqual(parseJson(text), JSON.parse(text));
		}),
		{seed: 4, numRuns: 300},
	);
});
