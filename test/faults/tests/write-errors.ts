import {testFaults} from '../bench/faults-test.ts';
import {writeErrors} from '../cases/write-errors.ts';

testFaults(writeErrors);
