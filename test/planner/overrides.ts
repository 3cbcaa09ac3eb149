import test from 'ava';
import {erasers} from '../../src/erasers/index.ts';
import {overrideOptions, uselessOptions} from '../../src/planner/overrides.ts';

type Options = Readonly<Record<string, unknown>>;

const erase = (options: Options, overrides: Options, purges = false) =>
	overrideOptions({phase: 'erase', options}, {overrides, erasers}, purges);

const purge = (options: Options, overrides: Options) =>
	overrideOptions({phase: 'purge', options}, {overrides, erasers}, true);

test('the command line says another eraser, another scheme, or both', t => {
	const recipe = {eraser: 'pattern', scheme: 'one', stallSeconds: 9};
	t.deepEqual(erase(recipe, {}), recipe);
	t.deepEqual(erase(recipe, {eraser: 'pattern'}), recipe);
	t.deepEqual(erase(recipe, {scheme: 'zero'}), {...recipe, scheme: 'zero'});
	t.deepEqual(erase(recipe, {eraser: 'dd'}), {eraser: 'dd', stallSeconds: 9});
	t.deepEqual(erase({eraser: 'dd'}, {eraser: 'pattern', scheme: 'zero'}), {
		eraser: 'pattern',
		scheme: 'zero',
	});
});

test('method and technique are for the erase, where nothing is purged before it', t => {
	t.deepEqual(erase({eraser: 'auto'}, {method: 'purge', technique: 'block-erase'}), {
		...{eraser: 'auto', method: 'purge', technique: 'block-erase'},
	});
});

test('in a recipe that purges each word goes to the step that it is meant for', t => {
	const words = {method: 'purge', technique: 'block-erase', scheme: 'zero'};
	t.deepEqual(purge({eraser: 'auto'}, words), {eraser: 'auto', technique: 'block-erase'});
	t.deepEqual(erase({eraser: 'pattern'}, words, true), {eraser: 'pattern', scheme: 'zero'});
	t.deepEqual(purge({eraser: 'auto'}, {eraser: 'nvme-format'}), {eraser: 'nvme-format'});
	t.deepEqual(erase({eraser: 'auto'}, {eraser: 'nvme-format'}, true), {eraser: 'auto'});
	t.deepEqual(purge({eraser: 'auto'}, {eraser: 'dd'}), {eraser: 'auto'});
	t.deepEqual(erase({eraser: 'auto'}, {eraser: 'dd'}, true), {eraser: 'dd'});
});

test('the other steps take nothing but how to verify', t => {
	const all = {overrides: {eraser: 'dd', verify: {coverage: 'sampled'}}, erasers};
	t.deepEqual(overrideOptions({phase: 'verify', options: {percent: 10}}, all, true), {
		...{percent: 10, coverage: 'sampled'},
	});
	t.deepEqual(overrideOptions({phase: 'halt', options: {by: 'system'}}, all, true), {by: 'system'});
});

const messages = (phases: ReadonlyArray<'purge' | 'erase' | 'verify'>, overrides: Options, options = {}) =>
	uselessOptions(
		phases.map(phase => ({phase, options: phase === 'erase' ? options : {}})),
		{overrides},
	).map(({code, message}) => [code, message]);

test('what chooses how to erase is refused where nothing is erased', t => {
	t.deepEqual(messages(['verify'], {verify: {}}), []);
	t.deepEqual(messages(['verify'], {scheme: 'zero', eraser: 'dd', technique: 'overwrite'}), [
		['USAGE', '--eraser has no meaning here: the recipe erases nothing'],
		['USAGE', '--scheme has no meaning here: the recipe erases nothing'],
		['USAGE', '--technique has no meaning here: the recipe erases nothing'],
	]);
});

test('a recipe that purges is not turned into a clear, and does not purge twice', t => {
	t.deepEqual(messages(['purge', 'erase'], {method: 'purge'}), []);
	t.deepEqual(messages(['erase'], {method: 'clear'}), []);
	t.deepEqual(messages(['purge', 'erase'], {method: 'clear'}), [
		['USAGE', '--method clear contradicts the recipe: it purges before it overwrites'],
	]);
	t.deepEqual(messages(['purge', 'erase'], {}, {method: 'purge'}), [
		['USAGE', 'the recipe purges in its step purge: its step erase overwrites after it'],
	]);
});
