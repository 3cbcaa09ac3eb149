import {testFaults} from '../bench/faults-test.ts';
import {stalls} from '../cases/stalls.ts';

testFaults(stalls);
