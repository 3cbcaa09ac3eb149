import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import {atMost} from '../../../src/devices/facts/at-most.ts';
import {together, togetherByRoot} from '../../../src/devices/facts/together.ts';

test('who asks at the same moment is answered together, each with the own answer', async t => {
	const asked: Array<readonly number[]> = [];
	const double = together<number, number>(async questions => {
		asked.push(questions);
		return questions.map(question => question * 2);
	});
	t.deepEqual(await Promise.all([1, 2, 3].map(double)), [2, 4, 6]);
	t.deepEqual(asked, [[1, 2, 3]]);
	t.is(await double(4), 8);
	t.deepEqual(asked, [[1, 2, 3], [4]]);
});

test('no answer is older than its question', async t => {
	let state = 0;
	const look = together<string, number>(async questions => {
		const seen = state;
		await delay(20);
		return questions.map(() => seen);
	});
	const first = look('');
	await delay(5);
	state = 1;
	const second = look('');
	t.deepEqual(await Promise.all([first, second]), [0, 1]);
});

test('one that fails for all fails for those alone who asked then', async t => {
	let times = 0;
	const ask = together<string, string>(async questions => {
		times += 1;
		if (times === 1) {
			throw new Error('not now');
		}

		return questions;
	});
	const results = await Promise.allSettled([ask('a'), ask('b')]);
	t.deepEqual(
		results.map(({status}) => status),
		['rejected', 'rejected'],
	);
	t.is(await ask('c'), 'c');
});

test('an answer that never comes holds up nobody else', async t => {
	const ask = together<string, string>(async questions =>
		questions.map(question => (question === 'hangs' ? new Promise<string>(() => {}) : question)),
	);
	void ask('hangs');
	t.is(await ask('a'), 'a');
	t.is(await ask('b'), 'b');
});

test('each root is looked at once', async t => {
	const looked: string[] = [];
	const look = togetherByRoot(root => {
		looked.push(root);
		return root;
	});
	t.deepEqual(await Promise.all(['/', '/a', '/'].map(look)), ['/', '/a', '/']);
	t.deepEqual(looked, ['/', '/a']);
});

test('no more than so many run at a time, and one that throws makes room', async t => {
	const inTurn = atMost(2);
	let running = 0;
	let most = 0;
	const work = (fails: boolean) => async () => {
		running += 1;
		most = Math.max(most, running);
		await delay(2);
		running -= 1;
		if (fails) {
			throw new Error('it fails');
		}
	};
	const results = await Promise.allSettled([1, 2, 3, 4, 5, 6].map(index => inTurn(work(index % 3 === 0))));
	t.is(most, 2);
	t.is(results.filter(({status}) => status === 'rejected').length, 2);
});
