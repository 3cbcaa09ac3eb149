import {randomInt} from 'node:crypto';
import type {ExecutionContext, TestFn} from 'ava';
import {type Killed, killAndResume, totalBytes} from './kill-and-resume.ts';
import {isRoot} from './loop.ts';

const kills = 25;
const sideBySide = 3;

/** Kills runs of an eraser at random moments, and resumes them. ZEROIZE_SEED gives the moments of an earlier test again. */
export const killsSuite = (test: TestFn, eraser: string): void => {
	const asRoot = isRoot ? test : test.skip;
	asRoot(
		`${kills} runs of ${eraser} that SIGKILL ends at random moments leave nothing once resumed`,
		async t => {
			const seed = Number(process.env['ZEROIZE_SEED'] ?? randomInt(1_000_000));
			const ends: Killed[] = [];
			const left = Array.from({length: kills}, (_, index) => randomOf(seed * kills + index));
			await Promise.all(
				Array.from({length: sideBySide}, async () => {
					for (let random = left.pop(); random; random = left.pop()) {
						ends.push(await killAndResume(t, eraser, random));
					}
				}),
			);
			sayEnds(t, seed, ends);
			for (const end of ends) {
				t.is(end.leftBytes, end.how === 'not begun' ? totalBytes : 0, JSON.stringify(end));
			}

			// Otherwise it was not what it should be a test of.
			t.true(ends.filter(({from}) => from > 0).length >= 2);
		},
	);
};

const sayEnds = (t: ExecutionContext, seed: number, ends: readonly Killed[]): void => {
	const count = (how: Killed['how']) => ends.filter(end => end.how === how).length;
	const from = ends.map(end => end.from).filter(offset => offset > 0);
	const MiB = (bytes: number) => Math.round(bytes / 1024 ** 2);
	t.log(
		`${count('resumed')} resumed, ${from.length} of them in the middle (${MiB(Math.min(...from))} to ${MiB(Math.max(...from))} MiB); ${count('ended before')} had ended, ${count('not begun')} had not begun; ${ends.filter(end => end.kills > 1).length} killed more than once; seed ${seed}`,
	);
};

/** The same numbers between 0 and 1 for the same seed: the minimal standard generator of Park and Miller. */
const randomOf = (seed: number) => {
	let state = (seed % 2_147_483_646) + 1;
	const next = (): number => {
		state = (state * 48_271) % 2_147_483_647;
		return state / 2_147_483_647;
	};

	// The first one is nearly the same for neighbouring seeds.
	next();
	return next;
};
