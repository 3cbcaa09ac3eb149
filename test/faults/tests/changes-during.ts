import {testFaults} from '../bench/faults-test.ts';
import {changesDuring} from '../cases/changes-during.ts';

testFaults(changesDuring);
