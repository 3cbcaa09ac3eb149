import test from 'ava';
import {isRoot} from '../../_helpers/loop.ts';
import type {FaultCase} from '../case.ts';
import {judge} from './judge.ts';
import {perform} from './perform.ts';
import {titleOf} from './row.ts';

const serial = isRoot ? test.serial : test.serial.skip;

/** A test of each row of the table. */
export const testFaults = (cases: readonly FaultCase[]): void => {
	for (const fault of cases) {
		serial(titleOf(fault), async t => {
			t.timeout(400_000);
			t.deepEqual(judge(fault, await perform(fault, t)), []);
		});
	}
};
