import {testFaults} from '../bench/faults-test.ts';
import {resumes} from '../cases/resumes.ts';

testFaults(resumes);
