import {testFaults} from '../bench/faults-test.ts';
import {signals} from '../cases/signals.ts';

testFaults(signals);
