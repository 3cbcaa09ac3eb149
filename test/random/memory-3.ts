import test from 'ava';
import {tryMemoryRuns} from '../_helpers/random/memory-runs.ts';
import {shortenWaits} from '../_helpers/short-waits.ts';

shortenWaits();

test('random faults of memory devices, quarter 3: never sanitized with a byte that is not zero', async t => {
	await tryMemoryRuns(t, 5000, 7500);
});
