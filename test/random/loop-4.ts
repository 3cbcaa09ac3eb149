import test from 'ava';
import {isRoot} from '../_helpers/loop.ts';
import {tryLoopRuns} from '../_helpers/random/loop-runs.ts';

const serial = isRoot ? test.serial : test.serial.skip;

serial('random faults of loop devices, quarter 4: never sanitized with a byte that is not zero', async t => {
	await tryLoopRuns(t, 150, 200);
});
