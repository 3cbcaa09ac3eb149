import {testFaults} from '../bench/faults-test.ts';
import {badInput} from '../cases/bad-input.ts';

testFaults(badInput);
