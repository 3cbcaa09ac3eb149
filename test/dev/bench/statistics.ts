import test from 'ava';
import fc from 'fast-check';
import {alternate, spreadOf} from '../../../src/dev/bench/statistics.ts';

test('no values have no spread', t => {
	t.is(spreadOf([]), undefined);
});

test('an odd number of values has one in the middle, an even one has two', t => {
	t.deepEqual(spreadOf([5, 1, 3]), {count: 3, median: 3, min: 1, max: 5, q1: 2, q3: 4});
	t.deepEqual(spreadOf([4, 1, 2, 3]), {count: 4, median: 2.5, min: 1, max: 4, q1: 1.75, q3: 3.25});
	t.deepEqual(spreadOf([7]), {count: 1, median: 7, min: 7, max: 7, q1: 7, q3: 7});
});

test('a spread is in order, whatever the values and their order', t => {
	const values = fc.array(fc.double({min: 0, max: 1e6, noNaN: true}), {minLength: 1});
	const isInOrder = fc.property(values, given => {
		const {count, min, q1, median, q3, max} = spreadOf(given) ?? {
			count: 0,
			min: 1,
			q1: 0,
			median: 0,
			q3: 0,
			max: 0,
		};
		return min <= q1 && q1 <= median && median <= q3 && q3 <= max && count === given.length;
	});
	t.notThrows(() => fc.assert(isInOrder));
});

test('each round has all once and begins one further on', t => {
	const order = alternate(['a', 'b', 'c'].map(item => ({item, runs: 3})));
	t.is(order.join(''), 'abcbcacab');
});

test('those with fewer runs are spread over the rounds, those with none are left out', t => {
	const order = alternate([
		{item: 'a', runs: 4},
		{item: 'b', runs: 2},
		{item: 'c', runs: 0},
	]);
	t.is(order.join(''), 'abaaba');
	t.deepEqual(alternate([]), []);
});
