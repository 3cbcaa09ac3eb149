import {testFaults} from '../bench/faults-test.ts';
import {places} from '../cases/surroundings.ts';

testFaults(places);
