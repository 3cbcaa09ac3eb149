import type {LeftContent} from '../content.ts';
import type {AnnouncedCommand} from '../erasers/eraser.ts';
import type {ErrorCode} from '../errors.ts';
import type {StepFacts} from '../events/results.ts';
import type {Plan, PlannedDevice} from '../plan.ts';
import type {RangeList} from '../ranges.ts';
import type {Verification} from '../verification/verification.ts';
import type {Erased} from './erased.ts';

/** What the events say about one device. */
export interface DeviceReport {
	readonly planned: PlannedDevice;
	/** RFC 3339; set at the commit point. From then on the device must not be released unless it is sanitized. */
	readonly committedAt: string | null;
	readonly erased: Erased | null;
	/** What the drive did to itself before `erased`, where a step of the recipe has it do so: it has ended, and what was written before it is gone. */
	readonly purged: Erased | null;
	/** What the last erase left wherever it could write; `null` before it came to its end, and where that is zeros by the nature of the eraser. */
	readonly leaves: LeftContent | null;
	/** The command of a drive's own whose end nobody has seen yet. */
	readonly announced: AnnouncedCommand | null;
	readonly verification: Verification | null;
	/** RFC 3339; when the last erase or verification of it ended. */
	readonly endedAt: string | null;
	/** The first one. */
	readonly failure: ErrorCode | null;
	/** What an erase that came to its end could not write. */
	readonly unwritable: RangeList | null;
	/** Bytes written as far as anybody counted, also in an erase that failed. */
	readonly writtenBytes: number;
	/** All bytes before this one were written by the erase that is or was under way, and are on the media. */
	readonly durableBytes: number;
	/** Where the next erase begins: 0 but for one that goes on where another was interrupted. */
	readonly eraseFrom: number;
}

export interface EndedStep {
	readonly step: string;
	/** Absent for a step of the run. */
	readonly device?: string;
	readonly how: 'finished' | 'failed' | 'skipped';
}

/** What a run came to, as far as its events go: nothing is in it that is not in them. */
export interface Report {
	readonly runId: string | null;
	readonly plan: Plan | null;
	readonly startedAt: string | null;
	readonly devices: readonly DeviceReport[];
	/** The first failure of a step that prepares. */
	readonly prepareFailure: ErrorCode | null;
	readonly aftercareFailure: ErrorCode | null;
	readonly interrupted: 'INTERRUPTED' | 'TERMINATED' | null;
	/** The steps that were begun and have not come to an end. */
	readonly underWay: ReadonlyArray<Pick<EndedStep, 'step' | 'device'>>;
	/** The steps that came to an end, in this order. */
	readonly ended: readonly EndedStep[];
	/** True from `run.finished` on, until somebody tries again. */
	readonly isFinished: boolean;
	readonly log: {readonly keptIn: string | null; readonly reason: string | null};
	/** Each with its exact text; one entry for each place that it was written to. */
	readonly certificates: NonNullable<StepFacts['certificates']>;
}
