import {testFaults} from '../bench/faults-test.ts';
import {zeroRanges} from '../cases/zero-range.ts';

testFaults(zeroRanges);
