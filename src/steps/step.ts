import type * as v from 'valibot';
import type {SigningKey} from '../certificate/signing-key.ts';
import type {PlannedDestination} from '../destinations/destination.ts';
import type {Device} from '../devices/device.ts';
import type {AnnouncedCommand, AnnouncedPass} from '../erasers/eraser.ts';
import type {ErrorCode, SanitizeError} from '../errors.ts';
import type {StepFacts} from '../events/results.ts';
import type {Halt, Host} from '../hosts/host.ts';
import type {Phase, Plan, PlannedDevice} from '../plan.ts';
import type {Tools} from '../process.ts';
import type {Report} from '../report.ts';
import type {Followed} from './erase/follower.ts';
import type {StallLimits} from './stalls/limits.ts';

/** What a step needs to know to say what it will do. Pure data. */
export interface Planning {
	readonly host: Plan['host'];
	readonly stateDir: string | null;
	readonly logDir: string;
	readonly logRefused: string | null;
	readonly destinations: readonly PlannedDestination[];
	readonly devices: readonly PlannedDevice[];
}

/** A step's part of the plan. */
export interface PlannedWork {
	/** What it does, in the imperative, for the operator: `stop the 128T service`. */
	readonly title: string;
	/** Why it will not be needed in this run. */
	readonly skip?: string;
	readonly commands?: readonly string[];
}

/** The run's own records, as far as steps may touch them. */
export interface Records {
	/** The fold over all events so far. */
	report(): Report;
	/** Where the journal stands now: the hash and number of its last line. */
	journalHead(): {readonly hash: string; readonly seq: number};
	/**
	Writes a file beside the journal, mode 0600, never over an existing one, unless the process before us left it there without a word; returns its path.
	@throws SanitizeError LOG_NOT_KEPT.
	*/
	writeBeside(name: string, text: string): Promise<string>;
	/**
	Journal, log and all that was written beside them, as they are now: also where a directory had no room for them.
	@throws the system error of a journal or log that cannot be read back.
	*/
	files(): ReadonlyArray<{readonly name: string; readonly text: string}>;
	/**
	Moves journal and log to `<logDir>/<runId>/` and goes on appending there; returns that directory.
	@throws SanitizeError LOG_NOT_KEPT; the records then stay complete where they are.
	*/
	moveTo(logDir: string): Promise<string>;
}

export interface StepContext {
	readonly plan: Plan;
	readonly host: Host;
	readonly tools: Tools;
	readonly signal: AbortSignal;
	readonly now: () => Date;
	readonly records: Records;
	/** Signs the certificates; absent where the run has no key. */
	readonly signingKey?: SigningKey | undefined;
	/** Says something that the operator should know but that stops nothing. */
	warn(warning: {readonly code: ErrorCode; readonly message: string; readonly hint?: string}): void;
}

/** What only an erase has to say of its progress. */
export interface EraseProgress {
	/** All bytes before this one are on the media. */
	readonly durableBytes?: number;
	/** Bytes of the device that are written, where `bytes` counts all passes over it. */
	readonly writtenBytes?: number;
}

export interface Handover {
	followed?: Followed | undefined;
}

export interface DeviceStepContext extends StepContext {
	readonly device: Device;
	readonly planned: PlannedDevice;
	/** Spends the device's clearance and makes `run.committed` durable. */
	commit(): Promise<void>;
	/** What a step of this device leaves to the next one, as long as this process lasts. */
	readonly handover: Handover;
	/** Byte that an erase can go on from, as an interrupted one left it; see {@link EraseContext.from}. */
	readonly from: number;
	/** The command of a drive's own that an interrupted erase gave, where nobody has seen how it ended. */
	readonly announced?: AnnouncedCommand;
	/** Puts on record, durably, that the drive is about to get a command of its own. */
	announceCommand(command: AnnouncedCommand): void;
	/** Puts on record what the next pass of an erase writes. */
	announcePass(pass: AnnouncedPass): void;
	/** Reports progress; may be called as often as one likes. */
	progress(bytes: number, totalBytes: number, erase?: EraseProgress): void;
}

/** How a step ended. A failure is thrown, or returned as `failure` when there are facts to tell beside it. */
export interface StepResult {
	readonly failure?: SanitizeError;
	/** Set when there was nothing to do after all. */
	readonly skipped?: string;
	/** The machine shall end after the run. */
	readonly halt?: Halt;
	/** It goes on in another process, and so does the run: nothing more is told here. */
	readonly leave?: boolean;
	/** Goes into `step.finished`. */
	readonly facts?: StepFacts;
}

interface StepBase<Entries extends v.ObjectEntries> {
	readonly name: string;
	/** One line for `zeroize steps`. */
	readonly summary: string;
	readonly phase: Phase;
	/** Nothing of its phase may come after it. */
	readonly endsPhase?: boolean;
	/** Aftercare that is done for a failed run too. */
	readonly always?: boolean;
	/** Schemas of the options that a recipe may give; each optional one has its default. */
	readonly options: Entries;
	/** Programs that must exist before anything is touched. */
	tools(options: StepOptions<Entries>, planning: Planning): readonly string[];
	/** Pure: says what it will do, or why it will not be needed. */
	plan(options: StepOptions<Entries>, planning: Planning): PlannedWork;
}

export type StepOptions<Entries extends v.ObjectEntries> = v.InferOutput<
	v.StrictObjectSchema<Entries, undefined>
>;

/** Done once for the run. */
export interface RunStep<Entries extends v.ObjectEntries = v.ObjectEntries> extends StepBase<Entries> {
	readonly scope: 'run';
	run(options: StepOptions<Entries>, context: StepContext): Promise<StepResult>;
}

/** Done for each device, the devices side by side. */
export interface DeviceStep<Entries extends v.ObjectEntries = v.ObjectEntries> extends StepBase<Entries> {
	readonly scope: 'device';
	/** When the device counts as stalled, for a step that reports its progress all along; absent, or `undefined`, for others. Pure. */
	stallLimits?(options: StepOptions<Entries>, planned: PlannedDevice): StallLimits | undefined;
	run(options: StepOptions<Entries>, context: DeviceStepContext): Promise<StepResult>;
}

/**
One unit of a recipe: one file in `src/steps/`, one default export made with {@link defineRunStep} or {@link defineDeviceStep}. Steps know erasers, devices, hosts and errors; never the pipeline, a view or a front.
*/
export type Step = RunStep | DeviceStep;

// The options are checked against `options` before `run` or `plan` sees them, so a registry may hold steps of all option types.
export const defineRunStep = <const Entries extends v.ObjectEntries>(step: RunStep<Entries>): RunStep =>
	step as unknown as RunStep;

export const defineDeviceStep = <const Entries extends v.ObjectEntries>(
	step: DeviceStep<Entries>,
): DeviceStep => step as unknown as DeviceStep;
