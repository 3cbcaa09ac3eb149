import {testFaults} from '../bench/faults-test.ts';
import {ddFaults, stores} from '../cases/stores-and-dd.ts';

testFaults([...stores, ...ddFaults]);
