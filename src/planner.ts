import {confirmationFor, refusalsOf, type SafetyPolicy} from './clearance.ts';
import type {DeviceFacts} from './devices/device.ts';
import {driveWarnings} from './devices/drive/words.ts';
import type {ReadRates} from './devices/measure.ts';
import {type Eraser, eraserOn, type Method, type Technique} from './erasers/eraser.ts';
import type {Phase, Plan, PlannedDevice, PlannedStep, Refusal} from './plan.ts';
import {defaultAtOnce} from './planner/at-once.ts';
import {certificateDetails} from './planner/certificate-details.ts';
import {
	eraserRefusal,
	notCoveredBy,
	planEraser,
	planOverwrite,
	planPurge,
	psidRefusal,
	purgeRefusal,
	purgesBeside,
	unsuitableOf,
} from './planner/erasers.ts';
import {type OverlapStep, overlapRefusal, planOverlap} from './planner/overlap.ts';
import {overrideOptions, uselessOptions} from './planner/overrides.ts';
import {schemeRefusals} from './planner/schemes.ts';
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
		readonly technique?: Technique;
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
	const phased = overridden(input);
	const optionsOf = (wanted: Phase) => phased.find(({phase}) => phase === wanted)?.options;
	const [purge, erase] = [optionsOf('purge'), optionsOf('erase')];
	const planned = input.devices.map(facts => planDevice(facts, {purge, erase, steps: phased}, input));
	const devices = planned.map(({device}) => device);
	const planning: Planning = {...pick(input), devices};
	const steps = phased.map(step => planStep(step, planning, input));
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
		certificate: certificateDetails(phased, input.hostname, input.nonce),
		...(input.signing && {signing: input.signing}),
		departure: input.departure,
		tools: [...new Set(steps.flatMap(({tools}) => tools))],
		refusals: [
			...input.refusals,
			...uselessOptions(phased, input),
			...(erase ? schemeRefusals(erase, input.erasers) : []),
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

/** The steps of the recipe, with what the command line says instead. */
const overridden = (input: PlanInput): ReadonlyArray<RecipeStep & OverlapStep> => {
	const phased = input.recipe.steps.map(step => ({...step, phase: findStep(step.step, input).phase}));
	const purges = phased.some(({phase}) => phase === 'purge');
	return phased.map(step => ({...step, options: overrideOptions(step, input, purges)}));
};

interface Work {
	/** Options of the step that purges; absent where none does. */
	readonly purge: RecipeStep['options'] | undefined;
	/** Options of the erase; absent where nothing is erased. */
	readonly erase: RecipeStep['options'] | undefined;
	readonly steps: readonly OverlapStep[];
}

const planDevice = (facts: DeviceFacts, {purge, erase, steps}: Work, given: PlanInput) => {
	const input = {...given, erasers: given.erasers.map(eraser => eraserOn(eraser, facts))};
	const purging = purge && planPurge(facts, purge, input);
	const choice = erase && (purge ? planOverwrite : planEraser)(facts, erase, input);
	const {eraser, planned} = choice ?? {};
	const notPurged = purging?.notPurged ?? choice?.notPurged;
	const overlap = choice ? planOverlap(facts, eraser, steps) : undefined;
	const warnings = driveWarnings(facts);
	const device: PlannedDevice = {
		facts,
		...(planned && {eraser: planned}),
		...(purging?.planned && {purge: purging.planned}),
		...(notPurged !== undefined && {notPurged}),
		...(overlap && {overlap}),
		...(purging?.planned ? {} : purgesBeside(eraser, facts, input.erasers)),
		unsuitable: unsuitableOf(purging, choice),
		confirmation: confirmationFor(facts),
		notCovered: notCoveredBy(purging?.eraser ?? eraser, facts),
		...(warnings.length > 0 && {warnings}),
	};
	return {
		device,
		refusals: [
			...refusalsOf(facts, policyOf(input, choice !== undefined)),
			...(purging ? purgeRefusal(facts, purging) : []),
			...(choice ? eraserRefusal(facts, choice, erase) : []),
			...psidRefusal(facts, purging?.eraser, purge),
			...psidRefusal(facts, eraser, erase),
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
