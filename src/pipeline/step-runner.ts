import type {SigningKey} from '../certificate/signing-key.ts';
import type {Clearance} from '../clearance.ts';
import type {Device} from '../devices/device.ts';
import type {AnnouncedCommand} from '../erasers/eraser.ts';
import {toSanitizeError} from '../errors.ts';
import type {EventBody, RunEvents} from '../events.ts';
import type {Halt, Host} from '../hosts/host.ts';
import type {Plan, PlannedDevice, PlannedStep} from '../plan.ts';
import type {Tools} from '../process.ts';
import type {Report} from '../report.ts';
import type {Handover, Records, Step, StepContext, StepResult} from '../steps/step.ts';
import {toInterruption} from './interruption.ts';
import {isUnderWay} from './remaining.ts';
import {interrupted, reasonToSkip} from './skipping.ts';
import {runWatched} from './watched-step.ts';

/** One device's way through the run. */
export interface Lane {
	readonly planned: PlannedDevice;
	/** Opens it the first time; the same one from then on. The disk behind `/` can only be held after it was left. */
	open(): Promise<Device>;
	/** Absent when the recipe erases nothing. */
	readonly clearance: Clearance | undefined;
}

export interface RunSurroundings {
	readonly plan: Plan;
	readonly steps: readonly Step[];
	readonly devices: readonly Lane[];
	readonly host: Host;
	readonly tools: Tools;
	readonly events: RunEvents;
	readonly records: Records;
	/** What the plan says that it signs with. */
	readonly signingKey?: SigningKey | undefined;
	/** Aborted with a SanitizeError INTERRUPTED or TERMINATED as its reason. */
	readonly signal: AbortSignal;
	readonly now: () => Date;
	/** Milliseconds of a clock that never jumps. */
	readonly monotonicMs: () => number;
	/** Root of `/dev`, `/proc` and `/sys`; `/` but in tests. */
	readonly root?: string;
}

export type StepEnd =
	| Extract<EventBody, {type: 'step.finished' | 'step.failed' | 'step.skipped'}>
	/** It goes on in another process; what follows is for that one to do. */
	| {readonly type: 'left'};

/** What a step asks for beyond the run; carried up to the entry. */
export interface Requests {
	halt: Halt | null;
	/** From here on another process carries the run. */
	leave: boolean;
}

/** Runs one step, with its events; never throws. `hasTurn` is false for a device whose turn did not come before the run was interrupted. */
export const createStepRunner = (surroundings: RunSurroundings, requests: Requests) => {
	const {steps, events, records, monotonicMs} = surroundings;
	const handovers = new WeakMap<Lane, Handover>();
	return async (planned: PlannedStep, lane?: Lane, hasTurn = true): Promise<StepEnd> => {
		if (requests.leave) {
			return {type: 'left'};
		}

		const names = {step: planned.step, ...(lane && {device: lane.planned.facts.path})};
		const step = steps.find(({name}) => name === planned.step);
		const report = records.report();
		const reason = reasonToSkip(planned, step?.always ?? false, report, names.device);
		if (reason !== null) {
			return emitEnd(events, {type: 'step.skipped', ...names, reason});
		}

		if (!hasTurn) {
			return emitEnd(events, calledOff(names, surroundings.signal));
		}

		const from = resumptionPoint(planned, lane, report);
		// The process before us may have begun it, and left it to us to end.
		if (!isUnderWay(names, report)) {
			events.emit({type: 'step.started', ...names, title: planned.title, ...(from > 0 && {from})});
		}

		const startedMs = monotonicMs();
		const {recorded} = surroundings.host;
		const before = recorded.length;
		try {
			const handover = handoverOf(lane, handovers);
			const announced = announcedTo(lane, report);
			const call = {options: planned.options, lane, from, announced, handover};
			const result = await callStep(step, call, surroundings);
			requests.halt = result.halt ?? requests.halt;
			if (result.leave) {
				requests.leave = true;
				return {type: 'left'};
			}

			const commands = recorded.slice(before);
			const facts = {...(commands.length > 0 && {commands}), ...result.facts};
			const durationMs = Math.round(monotonicMs() - startedMs);
			return emitEnd(events, toEnd(result, names, durationMs, facts));
		} catch (error) {
			return emitEnd(events, failure(toInterruption(error, surroundings.signal), names));
		}
	};
};

const calledOff = (
	names: {step: string; device?: string},
	{reason}: AbortSignal,
): Exclude<StepEnd, {type: 'left'}> => ({
	type: 'step.skipped',
	...names,
	reason: interrupted,
	code: toSanitizeError(reason).code,
});

const emitEnd = (events: RunEvents, end: Exclude<StepEnd, {type: 'left'}>): StepEnd => {
	events.emit(end);
	return end;
};

interface Call extends Pick<PlannedStep, 'options'> {
	readonly lane: Lane | undefined;
	/** Byte that an erase goes on from. */
	readonly from: number;
	/** The command of a drive's own whose end nobody has seen. */
	readonly announced: AnnouncedCommand | undefined;
	readonly handover: Handover;
}

const handoverOf = (lane: Lane | undefined, handovers: WeakMap<Lane, Handover>): Handover => {
	const handover = (lane && handovers.get(lane)) ?? {};
	if (lane) {
		handovers.set(lane, handover);
	}

	return handover;
};

const callStep = async (
	step: Step | undefined,
	{options, lane, from, announced, handover}: Call,
	surroundings: RunSurroundings,
): Promise<StepResult> => {
	surroundings.signal.throwIfAborted();
	const context = makeContext(surroundings);
	if (step?.scope === 'run') {
		return step.run(options, context);
	}

	if (!step || !lane) {
		throw new TypeError('a planned step is unknown, or has no device');
	}

	const device = await lane.open();
	return runWatched({step, options, lane, device, from, announced, handover, context}, surroundings);
};

// A step gets no more of the run than it may know.
const makeContext = ({events, ...given}: RunSurroundings): StepContext => {
	const {plan, host, tools, signal, now, records, signingKey} = given;
	const warn: StepContext['warn'] = warning => void events.emit({type: 'run.warned', ...warning});
	return {plan, host, tools, signal, now, records, signingKey, warn};
};

const reportOf = (lane: Lane | undefined, devices: Report['devices']) =>
	devices.find(({planned}) => planned.facts.path === lane?.planned.facts.path);

const announcedTo = (lane: Lane | undefined, {devices}: Report): AnnouncedCommand | undefined =>
	reportOf(lane, devices)?.announced ?? undefined;

/** Byte that an erase goes on from; 0 for every other step. */
const resumptionPoint = ({phase}: PlannedStep, lane: Lane | undefined, {devices}: Report): number => {
	const device = reportOf(lane, devices);
	return phase === 'erase' ? (device?.eraseFrom ?? 0) : 0;
};

const toEnd = (
	{failure: failed, skipped}: StepResult,
	names: {step: string; device?: string},
	durationMs: number,
	facts: NonNullable<StepResult['facts']>,
): Exclude<StepEnd, {type: 'left'}> => {
	if (failed) {
		const {verification, writtenBytes, unwritable, passes, leaves} = facts;
		return {
			...failure(failed, names),
			...(verification && {verification}),
			...(writtenBytes !== undefined && {writtenBytes}),
			...(unwritable && {unwritable}),
			...(passes && {passes}),
			...(leaves && {leaves}),
		};
	}

	return skipped === undefined
		? {type: 'step.finished', ...names, durationMs, ...facts}
		: {type: 'step.skipped', ...names, reason: skipped};
};

const failure = (
	error: unknown,
	names: {step: string; device?: string},
): Extract<StepEnd, {type: 'step.failed'}> => {
	const {code, message, hint} = toSanitizeError(error);
	return {type: 'step.failed', ...names, code, message, hint: hint ?? 'see the log of this run'};
};
