import type {AnnouncedCommand} from './erasers/eraser.ts';
import type {ErrorCode} from './errors.ts';
import type {RunEvent} from './events.ts';
import type {PlannedDevice} from './plan.ts';
import {resume, retry} from './report/attempts.ts';
import {changeDevice} from './report/change-device.ts';
import {commitDevice} from './report/commit-device.ts';
import {toErased} from './report/erased.ts';
import {failStep, isInterruption} from './report/fail-step.ts';
import {deviceOf, namesOf, phaseOf, type StepNames} from './report/find.ts';
import {finishPurge} from './report/purge.ts';
import {startStep} from './report/start-step.ts';
import type {DeviceReport, EndedStep, Report} from './report/state.ts';

export type {DeviceReport, Report} from './report/state.ts';

type StepProgress = Extract<RunEvent, {type: 'step.progress'}>;
type StepFinished = Extract<RunEvent, {type: 'step.finished'}>;

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
			return commitDevice(report, event);
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
	purged: null,
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

const progressStep = (
	report: Report,
	{step, device, bytes, writtenBytes, durableBytes}: StepProgress,
): Report =>
	phaseOf(report, step) === 'erase'
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
	if (erased && phaseOf(report, event.step) === 'purge') {
		const {announced = null} = deviceOf(report, event.device) ?? {};
		return changeDevice(report, event.device, {...finishPurge(erased, announced), ...ended});
	}

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
