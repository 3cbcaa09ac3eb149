import type {DeviceFacts} from '../../src/devices/device.ts';
import {createMemoryDevice} from '../../src/devices/memory.ts';
import {erasers} from '../../src/erasers/index.ts';
import type {EventBody, RunEvent} from '../../src/events.ts';
import type {Plan} from '../../src/plan.ts';
import {makePlan, type PlanInput} from '../../src/planner.ts';
import type {Recipe} from '../../src/recipe.ts';
import {steps} from '../../src/steps/index.ts';
import type {Verification} from '../../src/verification/verification.ts';

export const runId = '20261121T000000Z-00000000';

export const memoryFacts = (changes: Partial<DeviceFacts> = {}): DeviceFacts => ({
	...createMemoryDevice({totalBytes: 65_536}).facts,
	target: '/dev/sdz',
	path: '/dev/sdz',
	serial: 'SERIAL1',
	...changes,
});

/** A recipe as its parser would give it; options as written in the step's defaults. */
export const recipeOf = (
	...entries: ReadonlyArray<readonly [step: string, options?: Record<string, unknown>]>
): Recipe => ({
	name: 'test',
	title: 'a test',
	summary: 'a test',
	allowPartition: false,
	steps: entries.map(([step, options = {}], index) => ({step, options, line: index + 1})),
});

export const eraseRecipe = recipeOf(
	['erase', {eraser: 'direct'}],
	['verify', {coverage: 'full', percent: 10}],
	['keep-log'],
	['issue-certificate'],
);

export const planInput = (changes: Partial<PlanInput> = {}): PlanInput => ({
	runId,
	version: '0.0.0',
	recipe: eraseRecipe,
	steps,
	erasers,
	devices: [memoryFacts()],
	host: 'rehearsal',
	hostname: 'host',
	overrides: {},
	stateDir: '/tmp',
	logDir: '/var/log/zeroize',
	logRefused: null,
	certificateFile: null,
	departure: null,
	refusals: [],
	...changes,
});

export const planOf = (changes: Partial<PlanInput> = {}): Plan => makePlan(planInput(changes));

/** Bodies as the stream would number and date them. */
export const numbered = (bodies: readonly EventBody[]): readonly RunEvent[] =>
	bodies.map((body, index) => ({
		seq: index + 1,
		at: `2026-11-21T00:00:${String(index).padStart(2, '0')}.000Z`,
		runId,
		...body,
	}));

const none = {listed: [], count: 0, bytes: 0};

export const verificationOf = (changes: Partial<Verification> = {}): Verification => ({
	coverage: 'full',
	percent: 100,
	result: 'passed',
	verifiedBytes: 65_536,
	nonZero: none,
	unreadable: none,
	isDirect: true,
	...changes,
});
