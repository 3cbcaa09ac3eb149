import * as v from 'valibot';
import {durationMs} from '../../src/duration.ts';
import type {Phase} from '../../src/plan.ts';
import {defineRunStep, type Step} from '../../src/steps/step.ts';

const makeStep = (name: string, phase: Phase, options: v.ObjectEntries): Step =>
	defineRunStep({
		name,
		summary: `the step ${name}`,
		phase,
		scope: 'run',
		options,
		tools: () => [],
		plan: () => ({title: name}),
		run: async () => ({}),
	});

/** Steps that do nothing, for recipes to be made of. */
export const steps: readonly Step[] = [
	makeStep('stop-service', 'prepare', {
		unit: v.optional(v.string(), '128T'),
		timeout: v.optional(durationMs, '90s'),
	}),
	makeStep('erase', 'erase', {eraser: v.optional(v.string(), 'auto')}),
	makeStep('verify', 'verify', {
		coverage: v.optional(v.picklist(['full', 'sampled', 'none']), 'full'),
		percent: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(100)), 10),
	}),
	makeStep('keep-log', 'aftercare', {}),
	makeStep('issue-certificate', 'aftercare', {
		performedBy: v.optional(v.strictObject({name: v.nullable(v.string()), title: v.optional(v.string())})),
	}),
];

/** What every recipe needs: lines 1 to 3. */
export const head = 'name: x\ntitle: do x\nsummary: does x\n';

/** A recipe whose list of steps begins on line 5. */
export const withSteps = (text: string): string => `${head}steps:\n${text}`;
