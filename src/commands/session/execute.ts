import type {SigningKey} from '../../certificate/signing-key.ts';
import {authorize} from '../../clearance.ts';
import type {DeviceFacts} from '../../devices/device.ts';
import {exitCodeOf, SanitizeError} from '../../errors.ts';
import type {RunEvents} from '../../events.ts';
import type {Halt, Host, HostName} from '../../hosts/host.ts';
import {hosts} from '../../hosts/index.ts';
import {outputStream} from '../../output.ts';
import type {Lane} from '../../pipeline/step-runner.ts';
import {runPlan} from '../../pipeline.ts';
import type {Plan} from '../../plan.ts';
import type {KeptRun} from '../../records/kept-run.ts';
import {createRecords, type RunRecords} from '../../records/run-records.ts';
import {steps} from '../../steps/index.ts';
import {createLogLines} from '../../views/text/log-lines.ts';
import type {View} from '../../views/view.ts';
import {type CommandEnd, printError, type Surroundings} from '../command.ts';
import {announce} from './announce.ts';
import {createLanes} from './lanes.ts';

export interface Execution {
	readonly plan: Plan;
	readonly confirmations: readonly string[];
	readonly events: RunEvents;
	readonly view: View;
	/** What the plan says that it signs with, unlocked. */
	readonly signingKey?: SigningKey | undefined;
	/** Where the run goes on, when another process began it. */
	readonly kept?: KeptRun;
	/** It had ended there, and what failed is tried again: the number of this attempt, from 2. */
	readonly attempt?: number | undefined;
	/** The devices as they are now, for a run that was interrupted; `plan` has them too. */
	readonly resumed?: readonly DeviceFacts[] | undefined;
	/** Instead of the plan's own: the same machine after its disk was left. */
	readonly host?: HostName;
}

/**
Carries out a plan: clearance, devices, records, pipeline, halt value.
@throws SanitizeError whatever refuses the run before its first step: then nothing was touched.
*/
export const executePlan = async (execution: Execution, surroundings: Surroundings): Promise<CommandEnd> => {
	const {plan, confirmations, events, view, kept, signingKey} = execution;
	const clearances = authorize(plan, confirmations);
	await using devices = createLanes(plan, clearances, surroundings);
	// All of them or none: a run that cannot hold one of its devices does not start. The disk behind `/` cannot be held before it is left.
	if (!plan.departure) {
		await openAll(devices.lanes);
	}

	if (!kept) {
		// Before the records: a run that is refused leaves none.
		await announce(plan, events, surroundings);
	}

	using records = createRecords({
		events,
		stateDir: plan.stateDir,
		kept,
		signingKey,
		describe: logLinesAfter(kept),
	});
	if (execution.resumed) {
		events.emit({type: 'run.resumed', devices: execution.resumed});
	} else if (!kept && clearances.size > 0) {
		events.emit({type: 'run.confirmed', confirmations});
	} else if (execution.attempt !== undefined) {
		events.emit({type: 'run.retried', attempt: execution.attempt});
	}

	const host = createHost(execution.host ?? plan.host, surroundings);
	const {tools, signal, now, monotonicMs, root, stdout} = surroundings;
	const {exitCode, halt, hasLeft} = await runPlan(
		{
			...{plan, steps, devices: devices.lanes, host, tools, events, records},
			...{signal, now, monotonicMs, root, signingKey},
		},
		{view, stream: outputStream(stdout)},
	);
	if (hasLeft) {
		// Nothing is done yet: whoever waits for this process must not take its end for success.
		return {exitCode: exitCodeOf('TERMINATED'), leave: host};
	}

	return endRun({plan, events, records, host, halt, exitCode}, surroundings);
};

/** @throws SanitizeError of the first that cannot be held, when all have been tried: none is still being opened then. */
const openAll = async (lanes: readonly Lane[]): Promise<void> => {
	const opened = await Promise.allSettled(lanes.map(async lane => lane.open()));
	const refused = opened.find(({status}) => status === 'rejected');
	if (refused?.status === 'rejected') {
		throw refused.reason;
	}
};

/** The log goes on in the same words: which step of how many, and what was planned, is in what was said before. */
const logLinesAfter = (kept: KeptRun | undefined): ReturnType<typeof createLogLines> => {
	const describe = createLogLines();
	kept?.events.forEach(event => void describe(event));
	return describe;
};

interface RunEnd extends Pick<Execution, 'plan' | 'events'> {
	readonly records: RunRecords;
	readonly host: Host;
	readonly halt: Halt | null;
	readonly exitCode: number;
}

const endRun = (
	{plan, events, records, host, halt, exitCode}: RunEnd,
	{signal, stderr}: Surroundings,
): CommandEnd => {
	const isHalting = halt !== null && mayHalt(exitCode) && !signal.aborted && records.sync();
	if (isHalting) {
		events.emit({type: 'run.halting', how: halt.how, rehearsed: host.name === 'rehearsal'});
	}

	if (!records.sync()) {
		const where = records.directory ?? 'memory alone';
		printError(stderr, `running ${plan.recipe.name}`, unwrittenRecords(where));
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

/** Sanitized, or erased without verification because nobody asked for one: anything else is for somebody to look at. */
export const mayHalt = (exitCode: number): boolean => exitCode === 0 || exitCode === 5;

const createHost = (name: HostName, surroundings: Surroundings) => {
	const host = hosts.find(host => host.name === name);
	if (!host) {
		throw new SanitizeError('USAGE', `there is no host "${name}"`);
	}

	return host.create(surroundings);
};
