import test from 'ava';
import {erasers} from '../../src/erasers/index.ts';
import pattern from '../../src/erasers/pattern.ts';
import {planScheme, schemeRefusals} from '../../src/planner/schemes.ts';

test('the scheme of the plan is the one asked for, by its own name, or the first', t => {
	t.like(planScheme(pattern, 'dod3pass'), {
		scheme: {
			name: 'dodshort',
			passes: ['character', 'complement', 'random'],
			text: '3 passes: one random byte, the complement of that, random data',
		},
	});
	t.is(planScheme(pattern, undefined).scheme?.name, 'random');
	t.deepEqual(planScheme({}, undefined), {});
});

test('a scheme for an eraser that has none, and one that nobody knows, are usage errors', t => {
	t.deepEqual(schemeRefusals({eraser: 'pattern', scheme: 'quick'}, erasers), []);
	t.deepEqual(schemeRefusals({eraser: 'dd'}, erasers), []);
	t.deepEqual(schemeRefusals({eraser: 'auto', scheme: 'zero'}, erasers), [
		{
			code: 'USAGE',
			message: 'the eraser auto has no scheme zero',
			hint: 'take the eraser that knows it (--eraser pattern), or no scheme',
		},
	]);
	t.like(schemeRefusals({eraser: 'pattern', scheme: 'nothing'}, erasers)[0], {
		code: 'USAGE',
		hint: 'see: zeroize erasers',
	});
});
