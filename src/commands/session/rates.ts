import {measureKinds, type ReadRates} from '../../devices/measure.ts';
import type {Plan} from '../../plan.ts';

/** Devices that `auto` has a choice for, and nothing stands against. */
export const measureForAuto = async ({
	steps,
	devices,
	refusals,
}: Plan): Promise<ReadonlyMap<string, ReadRates>> => {
	const isAuto = steps.some(({phase, options}) => phase === 'erase' && options['eraser'] === 'auto');
	// What a drive does by itself does not depend on it.
	const written = devices.filter(({eraser}) => eraser?.method !== 'purge');
	return measureKinds(isAuto && refusals.length === 0 ? written.map(({facts}) => facts) : []);
};
