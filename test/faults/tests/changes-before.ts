import {testFaults} from '../bench/faults-test.ts';
import {changesBefore} from '../cases/changes-before.ts';

testFaults(changesBefore);
