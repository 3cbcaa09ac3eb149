import {testFaults} from '../bench/faults-test.ts';
import {consoles} from '../cases/consoles.ts';

testFaults(consoles);
