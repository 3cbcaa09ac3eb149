import test from 'ava';
import {isRoot} from '../../_helpers/loop.ts';
import type {FaultCase} from '../case.ts';
import {judge} from './judge.ts';
import {perform} from './perform.ts';

const serial = isRoot ? test.serial : test.serial.skip;

export const titleOf = ({name, eraser}: FaultCase): string =>
	eraser === null ? name : `${name} (${eraser})`;

/** A test of each row of the table. */
export const testFaults = (cases: readonly FaultCase[]): void => {
	for (const fault of cases) {
		serial(titleOf(fault), async t => {
			t.timeout(180_000);
			t.deepEqual(judge(fault, await perform(fault, t)), []);
		});
	}
};
