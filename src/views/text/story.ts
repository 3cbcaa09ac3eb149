import type {DeviceResult} from '../../events/results.ts';
import type {EventBody, RunEvent} from '../../events.ts';

export type Planned = Extract<EventBody, {type: 'run.planned'}>['plan'];
export type StepFailed = Extract<RunEvent, {type: 'step.failed'}>;
export type StepFinished = Extract<RunEvent, {type: 'step.finished'}>;
export type StepProgress = Extract<RunEvent, {type: 'step.progress'}>;
export type StepStalled = Extract<RunEvent, {type: 'step.stalled'}>;
export type RunFinished = Extract<RunEvent, {type: 'run.finished'}>;
export type ByteRange = DeviceResult['nonZero'][number];
export type Verification = NonNullable<StepFinished['verification']>;

/** What the end of a run is told with. */
export interface Story {
	readonly plan: Planned | undefined;
	/** Paths of the devices that were written to. */
	readonly committed: readonly string[];
	readonly failures: readonly StepFailed[];
	readonly warnings: ReadonlyArray<Extract<RunEvent, {type: 'run.warned'}>>;
	/** Where the journal and log were moved to. */
	readonly logDir: string | undefined;
	readonly certificates: NonNullable<StepFinished['certificates']>;
	readonly deliveries: NonNullable<StepFinished['deliveries']>;
}

export const emptyStory: Story = {
	plan: undefined,
	committed: [],
	failures: [],
	warnings: [],
	logDir: undefined,
	certificates: [],
	deliveries: [],
};

/** The story with one more event. */
export const continueStory = (story: Story, event: RunEvent): Story => {
	switch (event.type) {
		case 'run.planned':
			return {...story, plan: event.plan};
		case 'run.committed':
			return {...story, committed: [...story.committed, event.device.path]};
		case 'run.warned':
			return {...story, warnings: [...story.warnings, event]};
		case 'run.resumed':
		case 'run.retried':
			return {...story, failures: []};
		case 'step.failed':
			return {...story, failures: [...story.failures, event]};
		case 'step.finished':
			return {
				...story,
				logDir: event.logDir ?? story.logDir,
				certificates: [...story.certificates, ...(event.certificates ?? [])],
				deliveries: event.deliveries ?? story.deliveries,
			};
		default:
			return story;
	}
};

/** Where journal and log are during the run; `undefined` when none are kept. */
export const runDirectory = ({stateDir, runId}: Planned): string | undefined =>
	stateDir === null ? undefined : `${stateDir}/zeroize-${runId}`;
