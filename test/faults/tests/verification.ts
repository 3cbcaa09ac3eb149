import {testFaults} from '../bench/faults-test.ts';
import {verification} from '../cases/verification.ts';

testFaults(verification);
