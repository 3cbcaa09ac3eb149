import test from 'ava';
import fc from 'fast-check';
import {createTurns, nextToStart, type Standing} from '../../src/pipeline/turns.ts';

/** `A.` waits, `A+` is under way, `A-` has ended; `?` has no controller. */
const parse = (text: string): readonly Standing[] =>
	text.split(' ').map(word => ({
		controller: word[0] === '?' ? undefined : word[0],
		state: word[1] === '.' ? 'waiting' : word[1] === '+' ? 'running' : 'ended',
	}));

const cases: ReadonlyArray<readonly [standings: string, limit: number, next: number | undefined]> = [
	['A. A. B.', 1, 0],
	['A+ A. B.', 1, undefined],
	['A+ A. B.', 2, 2],
	['A+ A. B+', 3, 1],
	['A- A. B.', 1, 2],
	['A- A. B-', 1, 1],
	['A+ A+ B- B.', 3, 3],
	['?. A.', 1, 0],
	['?+ ?. A.', 2, 2],
	['?- ?. A-', 9, 1],
	['A- B+', 2, undefined],
];

for (const [standings, limit, next] of cases) {
	test(`of ${standings}, at most ${limit} at once, ${next === undefined ? 'nobody' : `number ${next}`} starts`, t => {
		t.is(nextToStart(parse(standings), limit), next);
	});
}

const controllers = fc.array(fc.constantFrom('A', 'B', 'C', undefined), {minLength: 1, maxLength: 20});

type Controllers = ReadonlyArray<string | undefined>;

const running = (standings: readonly Standing[], controller: string | undefined): number =>
	standings.filter(other => other.controller === controller && other.state === 'running').length;

/** Starts whoever may, ends one of those under way by `choices`, and so on; tells `see` of each start. */
const simulate = (
	names: Controllers,
	limit: number,
	choices: readonly number[],
	see: (standings: readonly Standing[], started: number) => void,
): readonly number[] => {
	const standings = names.map((controller): Standing => ({controller, state: 'waiting'}));
	const order: number[] = [];
	for (let step = 0; standings.some(({state}) => state !== 'ended'); step += 1) {
		for (let next = nextToStart(standings, limit); next !== undefined; next = nextToStart(standings, limit)) {
			standings[next] = {controller: names[next], state: 'running'};
			order.push(next);
			see(standings, next);
		}

		const underWay = standings.flatMap(({state}, index) => (state === 'running' ? [index] : []));
		const chosen = underWay[(choices[step % choices.length] ?? 0) % underWay.length] ?? 0;
		standings[chosen] = {controller: names[chosen], state: 'ended'};
	}

	return order;
};

const choices = fc.array(fc.nat(99), {minLength: 1, maxLength: 20});

test('each device starts once, never more than the limit at once, and never fewer while one waits', t => {
	fc.assert(
		fc.property(controllers, fc.integer({min: 1, max: 20}), choices, (names, limit, ends) => {
			const order = simulate(names, limit, ends, standings => {
				t.true(standings.filter(({state}) => state === 'running').length <= limit);
			});
			t.deepEqual(
				order.toSorted((a, b) => a - b),
				names.map((_, index) => index),
			);
		}),
	);
	t.pass();
});

test('while a device waits no other controller has more than one under way beyond its own', t => {
	fc.assert(
		fc.property(controllers, fc.integer({min: 1, max: 20}), choices, (names, limit, ends) => {
			simulate(names, limit, ends, (standings, started) => {
				const most = running(standings, names[started]);
				for (const {controller, state} of standings) {
					if (state === 'waiting') {
						t.true(most <= running(standings, controller) + 1);
					}
				}
			});
		}),
	);
	t.pass();
});

test('devices of one controller go in the order of the plan', t => {
	fc.assert(
		fc.property(
			fc.integer({min: 1, max: 20}),
			fc.integer({min: 1, max: 20}),
			choices,
			(count, limit, ends) => {
				const order = simulate(
					Array.from({length: count}, () => 'A'),
					limit,
					ends,
					() => {},
				);
				t.deepEqual(
					order,
					order.map((_, index) => index),
				);
			},
		),
	);
	t.pass();
});

test('one that ends, or whose work throws, makes room for the next', async t => {
	const turns = createTurns(['A', 'A'], 1, new AbortController().signal);
	const order: string[] = [];
	const second = turns.take(1).then(() => order.push('second'));
	await t.throwsAsync(
		(async () => {
			using turn = await turns.take(0);
			order.push(`first ${turn.hasCome}`);
			throw new Error('it fails');
		})(),
	);
	await second;
	t.deepEqual(order, ['first true', 'second']);
});

test('whoever waits when the run is interrupted is told at once, and nobody starts after that', async t => {
	const controller = new AbortController();
	const turns = createTurns(['A', 'A', 'A'], 1, controller.signal);
	using first = await turns.take(0);
	const others = Promise.all([turns.take(1), turns.take(2)]);
	controller.abort();
	t.true(first.hasCome);
	t.deepEqual(
		(await others).map(({hasCome}) => hasCome),
		[false, false],
	);
});

test('a run that was interrupted before lets in as many as may run, who see for themselves', async t => {
	const turns = createTurns([undefined, undefined], 1, AbortSignal.abort());
	t.deepEqual([(await turns.take(0)).hasCome, (await turns.take(1)).hasCome], [true, false]);
});
