import {testFaults} from '../bench/faults-test.ts';
import {several} from '../cases/several.ts';

testFaults(several);
