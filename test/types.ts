/** Checked by the type checker alone: what must not compile stands under `@ts-expect-error`. */
import * as v from 'valibot';
import type {DeviceScheme} from '../src/devices/device.ts';
import {schemes} from '../src/devices/index.ts';
import {durationMs} from '../src/duration.ts';
import {SanitizeError} from '../src/errors.ts';
import type {EventBody} from '../src/events.ts';
import type {HostDefinition} from '../src/hosts/host.ts';
import {hosts} from '../src/hosts/index.ts';
import type {Recipe} from '../src/recipe.ts';
import {steps} from '../src/steps/index.ts';
import {defineDeviceStep, defineRunStep, type Step} from '../src/steps/step.ts';

schemes satisfies readonly DeviceScheme[];
hosts satisfies readonly HostDefinition[];
steps satisfies readonly Step[];

const common = {summary: '', tools: () => []} as const;

// A step's options reach `run` and `plan` as their schemas make them.
defineRunStep({
	...common,
	name: 'a',
	phase: 'prepare',
	scope: 'run',
	options: {timeout: v.optional(durationMs, '90s'), unit: v.optional(v.string())},
	plan: ({timeout}) => ({title: (timeout satisfies number).toFixed()}),
	run: async ({unit}) => {
		unit satisfies string | undefined;
		return {};
	},
});

defineRunStep({
	...common,
	name: 'b',
	phase: 'halt',
	scope: 'run',
	options: {},
	plan: () => ({title: 'b'}),
	// @ts-expect-error: an option that was not declared
	run: async ({unit}) => ({facts: unit}),
});

defineDeviceStep({
	...common,
	name: 'c',
	phase: 'erase',
	// @ts-expect-error: a step for each device is not one for the run
	scope: 'run',
	options: {},
	plan: () => ({title: 'c'}),
	run: async () => ({}),
});

// @ts-expect-error: no such phase
'wipe' satisfies Step['phase'];

// @ts-expect-error: an error code that the exit code table does not have
new SanitizeError('NO_SUCH_CODE', '');

// @ts-expect-error: an event without its fields
({type: 'step.progress', step: 'erase'}) satisfies EventBody;

declare const recipe: Recipe;

// @ts-expect-error: a recipe is read-only
recipe.steps.push({step: 'erase', options: {}, line: 1});
