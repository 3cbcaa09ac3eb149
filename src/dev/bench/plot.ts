import {growthPlot} from './plot/growth.ts';
import type {Plot} from './plot/parts.ts';
import {speedPlot} from './plot/speed.ts';
import type {Results} from './results.ts';
import {mainGroup} from './summary.ts';

/** All plots that these results have something for. The same results always give the same plots. */
export const drawPlots = (results: Results): readonly Plot[] => {
	const onTmpfs = results.groups.filter(({medium}) => medium === 'tmpfs');
	const sizes = onTmpfs.filter(({devices}) => devices === 1).toSorted((a, b) => a.bytes - b.bytes);
	const wide = onTmpfs.find(({devices}) => devices > 1);
	const widths = onTmpfs.filter(({bytes}) => bytes === wide?.bytes).toSorted((a, b) => a.devices - b.devices);
	const main = mainGroup(results);
	return [
		...(main ? [speedPlot(main)] : []),
		...(sizes.length > 1 ? [growthPlot('size', sizes)] : []),
		...(widths.length > 1 ? [growthPlot('devices', widths)] : []),
	];
};
