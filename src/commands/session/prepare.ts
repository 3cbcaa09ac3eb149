import {randomBytes} from 'node:crypto';
import type {DeviceFacts, DeviceSurroundings} from '../../devices/device.ts';
import {schemes} from '../../devices/index.ts';
import {findOwner} from '../../devices/lock.ts';
import {parseTarget} from '../../devices/target.ts';
import type {Method, Technique} from '../../erasers/eraser.ts';
import {erasers} from '../../erasers/index.ts';
import {SanitizeError, toSanitizeError} from '../../errors.ts';
import type {HostName} from '../../hosts/host.ts';
import type {Plan, Refusal} from '../../plan.ts';
import {makePlan, type PlanInput} from '../../planner.ts';
import type {Recipe} from '../../recipe.ts';
import {steps} from '../../steps/index.ts';
import type {Surroundings} from '../command.ts';
import type {VerifyChoice} from '../options.ts';
import {lookAtDeparture} from './departure.ts';
import {lookAtDestinations} from './destinations.ts';
import {lookAtPlaces} from './look-at-places.ts';
import {lookAtPsids} from './look-at-psids.ts';
import {measureForAuto} from './rates.ts';
import {lookAtKey, type SigningChoice} from './signing.ts';

/** What a front asks for, checked by its parser. */
export interface RunRequest extends SigningChoice {
	readonly recipe: Recipe;
	readonly targets: readonly string[];
	readonly host: HostName;
	readonly eraser?: string | undefined;
	readonly scheme?: string | undefined;
	readonly method?: Method | undefined;
	readonly technique?: Technique | undefined;
	/** Absolute path. */
	readonly psidFile?: string | undefined;
	readonly verify?: VerifyChoice | undefined;
	/** How many devices at a time. */
	readonly atOnce?: number | undefined;
	readonly overlap?: boolean | undefined;
	/** `null` for a look that leaves nothing behind. */
	readonly stateDir: string | null;
	readonly logDir: string;
	readonly certificateFile: string | null;
}

/** A name that sorts by time and is short enough to be read out: `20261121T081500Z-1f2e3d4c`. */
export const newRunId = (now: Date): string =>
	`${now.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '')}-${randomBytes(4).toString('hex')}`;

/** Looks at everything the request names, read-only, and plans. What stands in the way is in the plan's refusals. */
export const preparePlan = async (
	runId: string,
	request: RunRequest,
	surroundings: Surroundings,
): Promise<Plan> => {
	const looked = await Promise.all(request.targets.map(target => inspect(target, surroundings)));
	const devices = looked.flatMap(({facts}) => (facts ? [facts] : []));
	const places = await lookAtPlaces(request, devices, surroundings);
	const delivery = await lookAtDestinations(request.recipe, devices, surroundings);
	const {refusals: keyRefusals, ...signing} = await lookAtKey(request.recipe, surroundings);
	const make = (refusals: readonly Refusal[], leaving: Partial<PlanInput> = {}): Plan =>
		makePlan({
			...request,
			...places,
			...signing,
			destinations: delivery.destinations,
			departure: null,
			...leaving,
			runId,
			version: surroundings.version,
			hostname: surroundings.hostname,
			steps,
			erasers,
			devices,
			overrides: overridesOf(request),
			refusals,
		});
	const refusals = [
		...looked.flatMap(({refusal}) => (refusal ? [refusal] : [])),
		...places.refusals,
		...delivery.refusals,
		...keyRefusals,
	];
	const {plan, measured, unfit} = await planWithTools(
		(measured: Measured) => make(refusals, measured),
		schemeTools(request.targets),
		surroundings,
	);
	const needed = [...(await findOwners(plan.devices)), ...refusals, ...unfit, ...(await lookAtPsids(plan))];
	const leaving = await lookAtDeparture(plan, schemeTools(request.targets), surroundings);
	return make([...needed, ...(leaving?.refusals ?? [])], {...measured, ...leaving?.changes});
};

const overridesOf = (request: RunRequest): PlanInput['overrides'] => ({
	...(request.eraser !== undefined && {eraser: request.eraser}),
	...(request.scheme !== undefined && {scheme: request.scheme}),
	...(request.method !== undefined && {method: request.method}),
	...(request.technique !== undefined && {technique: request.technique}),
	...(request.psidFile !== undefined && {psidFile: request.psidFile}),
	verify: {...request.verify, ...(request.overlap !== undefined && {overlap: request.overlap})},
});

type Measured = Pick<PlanInput, 'rates'>;

/** Which tools are needed is known from a plan. What `auto` would rather have may be missing: then it has to do with what needs no other program. */
const planWithTools = async (
	make: (measured: Measured) => Plan,
	more: readonly string[],
	surroundings: Surroundings,
): Promise<{readonly plan: Plan; readonly measured: Measured; readonly unfit: readonly Refusal[]}> => {
	const check = async (measured: Measured) => {
		const plan = make(measured);
		const missing = await findMissingTools([...plan.tools, ...more], surroundings);
		const unfit = missing.length > 0 ? missing : await findUnfitErasers(plan.devices, surroundings);
		return {plan, measured, unfit};
	};
	const rates = await measureForAuto(make({}));
	const checked = await check({rates});
	return checked.unfit.length > 0 && rates.size > 0 ? check({}) : checked;
};

const inspect = async (
	target: string,
	surroundings: Surroundings,
): Promise<{facts?: DeviceFacts; refusal?: Refusal}> => {
	try {
		return {facts: await inspectTarget(target, surroundings)};
	} catch (error) {
		return {refusal: toRefusal(error, target)};
	}
};

/** @throws SanitizeError USAGE, or what the scheme's inspection gives. */
export const inspectTarget = async (
	target: string,
	surroundings: DeviceSurroundings,
): Promise<DeviceFacts> => {
	const parsed = parseTarget(target);
	const scheme = schemes.find(({scheme}) => scheme === parsed.scheme);
	if (!scheme) {
		throw new SanitizeError('USAGE', `"${target}" names no kind of device`, {
			hint: 'use /dev/…, loop:FILE or file:FILE',
		});
	}

	return scheme.inspect(parsed, surroundings);
};

/** First of all: that a process has the device open says less than which run it is. */
const findOwners = async (devices: Plan['devices']): Promise<readonly Refusal[]> => {
	const owners = await Promise.all(
		devices.filter(({eraser}) => eraser).map(async ({facts}) => ({facts, owner: await findOwner(facts)})),
	);
	return owners.flatMap(({facts, owner}) => (owner ? [toRefusal(owner, facts.target)] : []));
};

const toRefusal = (thrown: unknown, target?: string): Refusal => {
	const error = toSanitizeError(thrown);
	if (error.code === 'INTERNAL') {
		throw error;
	}

	return {
		...(target !== undefined && {target}),
		code: error.code,
		message: error.message,
		hint: error.hint ?? 'see: zeroize --help',
	};
};

const schemeTools = (targets: readonly string[]): readonly string[] =>
	targets.flatMap(target => {
		const name = /^(loop|file):/.exec(target)?.[1] ?? 'block';
		return schemes.find(({scheme}) => scheme === name)?.tools ?? [];
	});

/** A tool that is there may still not be the one that is needed; better known before the machine is taken down. */
const findUnfitErasers = async (
	devices: Plan['devices'],
	{tools, signal}: Surroundings,
): Promise<readonly Refusal[]> => {
	const names = new Set(devices.flatMap(({purge, eraser}) => [purge?.name, eraser?.name]));
	const results = await Promise.allSettled(
		erasers.filter(({name}) => names.has(name)).map(eraser => eraser.probe?.(tools, signal)),
	);
	// Interrupted meanwhile: the first step will say so.
	return signal.aborted
		? []
		: results.flatMap(result => (result.status === 'rejected' ? [toRefusal(result.reason)] : []));
};

const findMissingTools = async (
	names: readonly string[],
	{tools}: Surroundings,
): Promise<readonly Refusal[]> => {
	const results = await Promise.allSettled(names.map(name => tools.find(name)));
	return results.flatMap(result => (result.status === 'rejected' ? [toRefusal(result.reason)] : []));
};
