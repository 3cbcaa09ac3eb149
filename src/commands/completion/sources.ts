import type {DeviceFacts} from '../../devices/device.ts';
import {listDevices} from '../../devices/facts/list.ts';
import {erasers} from '../../erasers/index.ts';
import {formatBytes} from '../../progress.ts';
import type {Surroundings} from '../command.ts';
import {listRecipes} from '../session/recipes.ts';
import type {Candidate, Sources} from './complete.ts';

/**
What can stand for a placeholder of the help. `--confirm` has none: a serial number that the shell typed confirms nothing.
*/
export const createSources = (surroundings: Surroundings): Sources => ({
	'<recipe>': {candidates: recipes, allowsFiles: true},
	'<target>': {candidates: () => targets(surroundings), allowsFiles: true},
	'<file>': {candidates: () => [], allowsFiles: true},
	'<dir>': {candidates: () => [], allowsFiles: true},
	'--eraser': {
		candidates: () => [chooseItself, ...erasers.map(({name, summary}) => ({value: name, text: summary}))],
	},
	'--scheme': {
		candidates: () =>
			erasers.flatMap(({schemes = []}) =>
				schemes.map(({name, title, passes}) => ({value: name, text: `${title} (${passes.length})`})),
			),
	},
	'--verify': {
		candidates: () => [...coverages, {value: 'none', text: 'nothing: the device is then not proved'}],
	},
	'verify --verify': {candidates: () => coverages},
});

const chooseItself: Candidate = {value: 'auto', text: 'the first that can erase the device'};

const coverages: readonly Candidate[] = [
	{value: 'full', text: 'every byte'},
	{value: 'sampled', text: 'a sample; sampled:PERCENT says how much'},
];

const recipes = async (): Promise<readonly Candidate[]> =>
	(await listRecipes()).map(({name, title}) => ({value: name, text: title}));

const targets = async (surroundings: Surroundings): Promise<readonly Candidate[]> => {
	// Nothing can be said to somebody who is pressing a key.
	const devices = await listDevices(surroundings).catch(() => []);
	return [
		...devices.map(facts => ({value: facts.path, text: describe(facts)})),
		{value: 'loop:', text: 'a file, as a loop device'},
		{value: 'file:', text: 'a file'},
	];
};

const describe = ({manufacturer, model, totalBytes, isSystemDisk}: DeviceFacts): string =>
	[manufacturer, model, formatBytes(totalBytes), isSystemDisk && 'holds the running system']
		.filter(Boolean)
		.join(' ');
