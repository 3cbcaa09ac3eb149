import type {FaultCase} from '../case.ts';
import {badInput} from './bad-input.ts';
import {changesBefore} from './changes-before.ts';
import {changesDuring} from './changes-during.ts';
import {consoles} from './consoles.ts';
import {resumes} from './resumes.ts';
import {several} from './several.ts';
import {signals} from './signals.ts';
import {stalls} from './stalls.ts';
import {ddFaults, stores} from './stores-and-dd.ts';
import {places} from './surroundings.ts';
import {verification} from './verification.ts';
import {writeErrors} from './write-errors.ts';
import {zeroRanges} from './zero-range.ts';

/** The fault table, by theme. */
export const themes: Readonly<Record<string, readonly FaultCase[]>> = {
	'write errors': writeErrors,
	'the device changes before the commit': changesBefore,
	'the device changes during the run': changesDuring,
	'the store fills up': stores,
	'dd goes wrong': ddFaults,
	'zero-range': zeroRanges,
	'the device stalls': stalls,
	signals,
	'interrupted runs are resumed': resumes,
	'places of the records': places,
	'consoles and resources': consoles,
	'two runs and several devices': several,
	verification,
	'bad input': badInput,
};
