import {authorize, type Clearance} from '../../clearance.ts';
import type {Device} from '../../devices/device.ts';
import {schemes} from '../../devices/index.ts';
import {parseTarget} from '../../devices/target.ts';
import {exitCodeOf, SanitizeError, toSanitizeError} from '../../errors.ts';
import type {RunEvents} from '../../events.ts';
import {hosts} from '../../hosts/index.ts';
import {outputStream} from '../../output.ts';
import type {Lane} from '../../pipeline/step-runner.ts';
import {runPlan} from '../../pipeline.ts';
import type {Plan, PlannedDevice} from '../../plan.ts';
import {createRecords} from '../../records/run-records.ts';
import {steps} from '../../steps/index.ts';
import {createLogLines} from '../../views/text/log-lines.ts';
import type {View} from '../../views/view.ts';
import {type CommandEnd, printError, type Surroundings} from '../command.ts';
import {announce} from './announce.ts';

export interface Execution {
	readonly plan: Plan;
	readonly confirmations: readonly string[];
	readonly events: RunEvents;
	readonly view: View;
}

/**
Carries out a plan: clearance, devices, records, pipeline, halt value.
@throws SanitizeError whatever refuses the run before its first step: then nothing was touched.
*/
export const executePlan = async (execution: Execution, surroundings: Surroundings): Promise<CommandEnd> => {
	const {plan, confirmations, events, view} = execution;
	const clearances = authorize(plan, confirmations);
	await using held = await openDevices(plan, clearances, surroundings);
	// Before the records: a run that is refused leaves none.
	await announce(plan, events, surroundings);
	using records = createRecords({
		events,
		stateDir: plan.stateDir,
		describe: createLogLines(),
	});
	const host = createHost(plan, surroundings);
	const {tools, signal, now, monotonicMs, stdout} = surroundings;
	const {exitCode, halt} = await runPlan(
		{plan, steps, devices: held.lanes, host, tools, events, records, signal, now, monotonicMs},
		{view, stream: outputStream(stdout)},
	);
	const isHalting = halt !== null && !exitCodeForbidsHalt(exitCode) && !signal.aborted && records.sync();
	if (isHalting) {
		events.emit({type: 'run.halting', how: halt.how, rehearsed: host.name === 'rehearsal'});
	}

	if (!records.sync()) {
		const where = records.directory ?? 'memory alone';
		printError(surroundings.stderr, `running ${plan.recipe.name}`, unwrittenRecords(where));
		return {exitCode: exitCode === 0 ? exitCodeOf('LOG_NOT_KEPT') : exitCode};
	}

	return {exitCode, halt: isHalting ? {host, halt} : undefined};
};

const unwrittenRecords = (where: string): SanitizeError =>
	new SanitizeError(
		'LOG_NOT_KEPT',
		`the last lines of the journal and log could not be written; they are in ${where}`,
		{
			hint: 'copy what is on this console; the machine stays on',
		},
	);

// Sanitized, or erased without verification because nobody asked for one: anything else is for somebody to look at.
const exitCodeForbidsHalt = (exitCode: number): boolean => exitCode !== 0 && exitCode !== 5;

const createHost = (plan: Plan, surroundings: Surroundings) => {
	const host = hosts.find(({name}) => name === plan.host);
	if (!host) {
		throw new SanitizeError('USAGE', `there is no host "${plan.host}"`);
	}

	return host.create(surroundings);
};

interface HeldDevices extends AsyncDisposable {
	readonly lanes: readonly Lane[];
}

/** Opens them all, or none: a run that cannot hold one of its devices does not start. */
const openDevices = async (
	plan: Plan,
	clearances: ReadonlyMap<string, Clearance>,
	surroundings: Surroundings,
): Promise<HeldDevices> => {
	const lanes: Lane[] = [];
	const release = async () => {
		await Promise.allSettled(lanes.map(({device}) => device[Symbol.asyncDispose]()));
	};
	try {
		for (const planned of plan.devices) {
			const device = await openDevice(planned, surroundings);
			lanes.push({planned, device, clearance: clearances.get(planned.facts.path)});
		}
	} catch (error) {
		await release();
		throw error;
	}

	return {lanes, [Symbol.asyncDispose]: release};
};

const openDevice = async ({facts, eraser}: PlannedDevice, surroundings: Surroundings): Promise<Device> => {
	const {scheme: wanted} = parseTarget(facts.target);
	const scheme = schemes.find(({scheme}) => scheme === wanted);
	if (!scheme) {
		throw toSanitizeError(new TypeError(`a planned device has the unknown scheme ${wanted}`));
	}

	return scheme.open(facts, eraser ? 'erase' : 'read', surroundings);
};
