import type {LeftContent} from './content.ts';
import type {AnnouncedCommand} from './erasers/eraser.ts';
import type {ErrorCode} from './errors.ts';
import type {StepFacts} from './events/results.ts';
import type {RunEvent} from './events.ts';
import type {Plan, PlannedDevice} from './plan.ts';
import type {RangeList} from './ranges.ts';
import {resume, retry} from './report/attempts.ts';
import {changeDevice} from './report/change-device.ts';
import {type Erased, toErased} from './report/erased.ts';
import {failStep, isInterruption} from './report/fail-step.ts';
import type {Verification} from './verification/verification.ts';

type StepProgress = Extract<RunEvent, {type: 'step.progress'}>;
type StepFinished = Extract<RunEvent, {type: 'step.finished'}>;

/** What the events say about one device. */
export interface DeviceReport {
	readonly planned: PlannedDevice;
	/** RFC 3339; set at the commit point. From then on the device must not be released unless it is sanitized. */
	readonly committedAt: string | null;
	readonly erased: Erased | null;
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

export const emptyReport: Report = {
	runId: null,
	plan: null,
	startedAt: null,
	devices: [],
	prepareFailure: null,
	aftercareFailure: null,
	interrupted: null,
	underWay: [],
	ended: [],
	isFinished: false,
	log: {keptIn: null, reason: null},
	certificates: [],
};

/** The whole fold: the same events always give the same report. */
export const foldReport = (events: Iterable<RunEvent>): Report => {
	let report = emptyReport;
	for (const event of events) {
		report = reduceReport(report, event);
	}

	return report;
};

/** One event further. */
export const reduceReport = (report: Report, event: RunEvent): Report => {
	switch (event.type) {
		case 'run.planned':
			return startRun(report, event);
		case 'run.committed':
			return changeDevice(report, event.device.path, {committedAt: event.at});
		case 'run.resumed':
			return resume(report, event.devices);
		case 'run.retried':
			return retry(report);
		case 'run.finished':
			return {...report, isFinished: true};
		case 'step.finished':
			return finishStep(endStep(report, event, 'finished'), event);
		case 'step.failed':
			return failStep(endStep(report, event, 'failed'), event);
		case 'step.skipped':
			return skipStep(endStep(report, event, 'skipped'), event);
		case 'step.progress':
			return progressStep(report, event);
		case 'step.started':
			return startStep(report, event);
		case 'command.started':
			return changeDevice(report, event.device, {announced: announcedIn(event)});
		case 'run.confirmed':
		case 'run.announced':
		case 'run.warned':
		case 'run.halting':
		case 'pass.started':
		case 'step.stalled':
		case 'step.recovered':
			return report;
		default:
			return event satisfies never;
	}
};

const startRun = (report: Report, {runId, plan, at}: Extract<RunEvent, {type: 'run.planned'}>): Report => ({
	...report,
	runId,
	plan,
	startedAt: at,
	devices: plan.devices.map(planned => startDevice(planned)),
});

/** A device of which nothing has been told yet. */
export const startDevice = (planned: PlannedDevice): DeviceReport => ({
	planned,
	committedAt: null,
	erased: null,
	leaves: null,
	announced: null,
	verification: null,
	endedAt: null,
	failure: null,
	unwritable: null,
	writtenBytes: 0,
	durableBytes: 0,
	eraseFrom: 0,
});

interface StepNames {
	readonly step: string;
	readonly device?: string;
}

const namesOf = ({step, device}: StepNames): StepNames => ({step, ...(device !== undefined && {device})});

const announcedIn = ({canary, password}: AnnouncedCommand): AnnouncedCommand => ({
	...(canary && {canary}),
	...(password !== undefined && {password}),
});

const endStep = (report: Report, event: StepNames, how: EndedStep['how']): Report => ({
	...report,
	underWay: report.underWay.filter(({step, device}) => step !== event.step || device !== event.device),
	ended: [...report.ended, {...namesOf(event), how}],
});

const skipStep = (
	report: Report,
	{step, reason, code}: {readonly step: string; readonly reason: string; readonly code?: ErrorCode},
): Report => ({
	...report,
	...(step === 'keep-log' && {log: {keptIn: null, reason}}),
	...(isInterruption(code) && {interrupted: code}),
});

const isErase = (report: Report, step: string): boolean =>
	report.plan?.steps.some(planned => planned.step === step && planned.phase === 'erase') ?? false;

const startStep = (report: Report, event: StepNames): Report => {
	const device = report.devices.find(({planned}) => planned.facts.path === event.device);
	const isBegun = device !== undefined && isErase(report, event.step);
	const begun = isBegun
		? changeDevice(report, event.device, {durableBytes: device.eraseFrom, leaves: null})
		: report;
	return {...begun, underWay: [...report.underWay, namesOf(event)]};
};

const progressStep = (
	report: Report,
	{step, device, bytes, writtenBytes, durableBytes}: StepProgress,
): Report =>
	isErase(report, step)
		? changeDevice(report, device, {
				writtenBytes: writtenBytes ?? bytes,
				...(durableBytes !== undefined && {durableBytes}),
			})
		: report;

const finishStep = (report: Report, event: StepFinished): Report => {
	const ended = {endedAt: event.at};
	if (event.verification) {
		return changeDevice(report, event.device, {verification: event.verification, ...ended});
	}

	const erased = toErased(event);
	if (erased) {
		const {writtenBytes} = erased;
		const {leaves = null} = event;
		// What was verified before a later erase proves nothing about it.
		const places = {durableBytes: writtenBytes, eraseFrom: 0};
		return changeDevice(report, event.device, {
			...{erased, writtenBytes, leaves, verification: null, announced: null},
			...places,
			...ended,
		});
	}

	return {
		...report,
		log: event.logDir === undefined ? report.log : {keptIn: event.logDir, reason: null},
		certificates: [...report.certificates, ...(event.certificates ?? [])],
	};
};
