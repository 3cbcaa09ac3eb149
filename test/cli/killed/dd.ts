import test from 'ava';
import {killsSuite} from '../../_helpers/kills-suite.ts';

killsSuite(test, 'dd');
