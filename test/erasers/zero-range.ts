import test from 'ava';
import zeroRange from '../../src/erasers/zero-range.ts';
import {eraserSuite} from '../_helpers/eraser-suite.ts';

eraserSuite(test, zeroRange);
