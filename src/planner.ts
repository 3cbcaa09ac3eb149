import {confirmationFor, refusalsOf, type SafetyPolicy} from './clearance.ts';
import type {DeviceFacts} from './devices/device.ts';
import {driveWarnings} from './devices/drive/words.ts';
import type {ReadRates} from './devices/measure.ts';
import {type Eraser, eraserOn, type Method} from './erasers/eraser.ts';
import type {Plan, PlannedDevice, PlannedStep, Refusal} from './plan.ts';
import {defaultAtOnce} from './planner/at-once.ts';
import {certificateDetails} from './planner/certificate-details.ts';
import {eraserRefusal, notCoveredBy, planEraser, psidRefusal, purgesBeside} from './planner/erasers.ts';
import {type OverlapStep, overlapRefusal, planOverlap} from './planner/overlap.ts';
import {overrideEraser, schemeRefusals, uselessOptions} from './planner/schemes.ts';
import type {Recipe, RecipeStep} from './recipe.ts';
import type {Planning, Step} from './steps/step.ts';

export interface PlanInput {
	readonly runId: string;
	readonly version: string;
	readonly recipe: Recipe;
	readonly steps: readonly Step[];
	readonly erasers: readonly Eraser[];
	readonly devices: readonly DeviceFacts[];
	/** How many of them at a time. */
	readonly atOnce?: number | undefined;
	/** How fast devices are, by path, where that was measured. */
	readonly rates?: ReadonlyMap<string, ReadRates>;
	readonly host: Plan['host'];
	readonly hostname: string;
	/** What the command line says instead of the recipe. */
	readonly overrides: {
		readonly eraser?: string;
		readonly scheme?: string;
		readonly method?: Method;
		readonly psidFile?: string;
		readonly verify?: {readonly coverage?: string; readonly percent?: number; readonly overlap?: boolean};
	};
	readonly stateDir: string | null;
	readonly logDir: string;
	readonly logRefused: string | null;
	readonly destinations?: Plan['destinations'];
	readonly certificateFile: string | null;
	readonly nonce?: string | undefined;
	readonly signing?: Plan['signing'];
	readonly departure: Plan['departure'];
	/** What was found wrong while looking: tools, places. */
	readonly refusals: readonly Refusal[];
}

/**
Decides everything about a run before anything is touched. Pure: the same input gives the same plan, which is plain frozen JSON.
*/
export const makePlan = (input: PlanInput): Plan => {
	const recipeSteps = input.recipe.steps.map(step => overrideOptions(step, input));
	const phased = recipeSteps.map(step => ({...step, phase: findStep(step.step, input).phase}));
	const erase = phased.find(({phase}) => phase === 'erase')?.options;
	const planned = input.devices.map(facts => planDevice(facts, {erase, steps: phased}, input));
	const devices = planned.map(({device}) => device);
	const planning: Planning = {...pick(input), devices};
	const steps = recipeSteps.map(step => planStep(step, planning, input));
	return deepFreeze({
		runId: input.runId,
		tool: {name: 'zeroize', version: input.version},
		recipe: describeRecipe(input.recipe),
		host: input.host,
		hostname: input.hostname,
		devices,
		atOnce: input.atOnce ?? defaultAtOnce,
		steps,
		stateDir: input.stateDir,
		logDir: input.logDir,
		logRefused: input.logRefused,
		destinations: input.destinations ?? [],
		certificateFile: input.certificateFile,
		certificate: certificateDetails(recipeSteps, input.hostname, input.nonce),
		...(input.signing && {signing: input.signing}),
		departure: input.departure,
		tools: [...new Set(steps.flatMap(({tools}) => tools))],
		refusals: [
			...input.refusals,
			...(erase ? schemeRefusals(erase, input.erasers) : uselessOptions(input.overrides)),
			...duplicates(input.devices),
			...planned.flatMap(({refusals}) => refusals),
		],
	});
};

const pick = ({host, stateDir, logDir, logRefused, destinations = []}: PlanInput) => ({
	host,
	stateDir,
	logDir,
	logRefused,
	destinations,
});

const describeRecipe = ({name, title, source}: Recipe): Plan['recipe'] => ({
	name,
	title,
	...(source && {source}),
});

const findStep = (name: string, {steps}: PlanInput): Step => {
	const step = steps.find(step => step.name === name);
	if (!step) {
		throw new TypeError(`a checked recipe names the unknown step ${name}`);
	}

	return step;
};

const overrideOptions = (step: RecipeStep, input: PlanInput): RecipeStep => {
	const {phase} = findStep(step.step, input);
	const {options} = step;
	const {overrides} = input;
	switch (phase) {
		case 'erase':
			return {...step, options: overrideEraser(options, overrides)};
		case 'verify':
			return {...step, options: {...options, ...overrides.verify}};
		default:
			return step;
	}
};

interface Work {
	/** Options of the erase; absent where nothing is erased. */
	readonly erase: RecipeStep['options'] | undefined;
	readonly steps: readonly OverlapStep[];
}

const planDevice = (facts: DeviceFacts, {erase: options, steps}: Work, given: PlanInput) => {
	const input = {...given, erasers: given.erasers.map(eraser => eraserOn(eraser, facts))};
	const choice = options && planEraser(facts, options, input);
	const {eraser, planned, unsuitable = []} = choice ?? {};
	const overlap = choice ? planOverlap(facts, eraser, steps) : undefined;
	const warnings = driveWarnings(facts);
	const device: PlannedDevice = {
		facts,
		...(planned && {eraser: planned}),
		...(overlap && {overlap}),
		...purgesBeside(eraser, facts, input.erasers),
		unsuitable,
		confirmation: confirmationFor(facts),
		notCovered: notCoveredBy(eraser, facts),
		...(warnings.length > 0 && {warnings}),
	};
	return {
		device,
		refusals: [
			...refusalsOf(facts, policyOf(input, choice !== undefined)),
			...(choice ? eraserRefusal(facts, choice, options) : []),
			...psidRefusal(facts, eraser, options),
			...overlapRefusal(facts, overlap, steps),
		],
	};
};

const policyOf = ({recipe, host}: PlanInput, erases: boolean): SafetyPolicy => ({
	erases,
	allowPartition: recipe.allowPartition,
	// A rehearsal only says that it would leave the disk.
	leavesSystemDisk: host === 'system' && recipe.steps.some(({step}) => step === 'leave-disk'),
});

const duplicates = (devices: readonly DeviceFacts[]): readonly Refusal[] => {
	const seen = new Set<string>();
	return devices.flatMap(({path, target}) => {
		const isTwice = seen.has(path);
		seen.add(path);
		return isTwice
			? [{target, code: 'USAGE' as const, message: `${path} is named twice`, hint: 'name each device once'}]
			: [];
	});
};

const planStep = ({step: name, options}: RecipeStep, planning: Planning, input: PlanInput): PlannedStep => {
	const {scope, phase, ...step} = findStep(name, input);
	const {title, skip, commands = []} = step.plan(options, planning);
	const tools = step.tools(options, planning);
	return {step: name, title, scope, phase, options, ...(skip !== undefined && {skip}), commands, tools};
};

const deepFreeze = <Value>(value: Value): Value => {
	if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
		Object.freeze(value);
		Object.values(value).forEach(deepFreeze);
	}

	return value;
};
