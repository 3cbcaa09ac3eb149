import {isDeepStrictEqual} from 'node:util';
import {parseCertificate} from '../../../src/certificate.ts';
import type {DeviceResult} from '../../../src/events/results.ts';
import type {RunEvent} from '../../../src/events.ts';
import {readJournal} from '../../../src/journal.ts';
import type {Plan} from '../../../src/plan.ts';

/** A run that came to its end, and what it left behind. */
export interface EndedRun {
	readonly events: readonly RunEvent[];
	readonly exitCode: number;
	/** `undefined` when there is none: only a run that was refused before its first step may leave none. */
	readonly journal: string | undefined;
	/** All certificates that were found. */
	readonly certificates: readonly string[];
	/** What it was told to stop with, if it was. */
	readonly interruptedBy?: 'INTERRUPTED' | 'TERMINATED' | undefined;
}

type Finished = Extract<RunEvent, {type: 'run.finished'}>;

const ends: ReadonlySet<string> = new Set(['step.finished', 'step.failed', 'step.skipped']);

/** What is wrong with what a run says of itself, whatever befell it. */
export const checkRun = (run: EndedRun): readonly string[] => {
	const [planned] = run.events;
	const finished = run.events.at(-1);
	const count = run.events.filter(({type}) => type === 'run.finished').length;
	if (planned?.type !== 'run.planned' || finished?.type !== 'run.finished' || count !== 1) {
		return [`it begins with ${planned?.type}, ends with ${finished?.type}, and ended ${count} times`];
	}

	const flaws = [
		...checkExitCode(run, finished),
		...checkCertificates(run, finished),
		...finished.devices.flatMap(result => checkDevice(run, result)),
	];
	return finished.refusals
		? [...flaws, ...(finished.exitCode === 0 ? ['a run that was refused ends with 0'] : [])]
		: [...flaws, ...checkSteps(run, planned.plan), ...checkJournal(run)];
};

export const finishedOf = ({events}: Pick<EndedRun, 'events'>): Finished => {
	const last = events.at(-1);
	if (last?.type !== 'run.finished') {
		throw new Error('the run did not end');
	}

	return last;
};

/** Each planned step has one end for each device it is done for, and a beginning unless it was skipped. */
const checkSteps = ({events}: EndedRun, plan: Plan): readonly string[] => {
	const nameOf = (step: string, device: string | undefined) => `${step} of ${device ?? 'the run'}`;
	const named = (types: (type: string) => boolean) =>
		events.flatMap(event =>
			types(event.type) && 'step' in event
				? [nameOf(event.step, 'device' in event ? event.device : undefined)]
				: [],
		);
	const wanted = plan.steps.flatMap(({step, scope}) =>
		scope === 'run' ? [nameOf(step, undefined)] : plan.devices.map(({facts}) => nameOf(step, facts.path)),
	);
	const ended = named(type => ends.has(type));
	const begun = named(type => type === 'step.started');
	const wronglySeldom = named(type => type === 'step.finished' || type === 'step.failed').filter(
		name => begun.filter(other => other === name).length !== 1,
	);
	return [
		...(isDeepStrictEqual(wanted.toSorted(), ended.toSorted())
			? []
			: [`the steps that ended are ${ended.join(', ')}`]),
		...wronglySeldom.map(name => `${name} ended and did not begin once`),
	];
};

/** The contract's table, from the outcomes of the devices. */
const checkExitCode = (
	{events, exitCode, interruptedBy}: EndedRun,
	finished: Finished,
): readonly string[] => {
	const outcomes = finished.devices.map(({outcome}) => outcome);
	const isCommitted = events.some(({type}) => type === 'run.committed');
	const signalled = {INTERRUPTED: 130, TERMINATED: 143, none: -1}[interruptedBy ?? 'none'];
	const hasFailed = events.some(
		event => event.type === 'step.failed' && ['keep-log', 'issue-certificate'].includes(event.step),
	);
	const expected = () => {
		if (outcomes.includes('failed')) {
			return [4];
		}

		if (outcomes.includes('interrupted')) {
			return [signalled];
		}

		if (outcomes.includes('unverified')) {
			return [5];
		}

		if (outcomes.includes('refused') || outcomes.length === 0) {
			return [isCommitted ? 4 : 3];
		}

		// All are sanitized; what comes after may have been interrupted.
		return finished.outcome === 'interrupted' ? [signalled] : [hasFailed ? 6 : 0];
	};
	const codes = {
		sanitized: 0,
		verified: 0,
		refused: 3,
		failed: 4,
		unverified: 5,
		'aftercare-failed': 6,
		interrupted: signalled,
	};
	const wanted = expected();
	return [
		...(wanted.includes(exitCode) ? [] : [`exit code ${exitCode} with the devices ${outcomes.join(', ')}`]),
		...(finished.exitCode === exitCode && codes[finished.outcome] === exitCode
			? []
			: [`exit code ${exitCode}, said to be ${finished.exitCode}, for ${finished.outcome}`]),
	];
};

const checkDevice = ({events}: EndedRun, result: DeviceResult): readonly string[] => {
	const {path, outcome, writtenBytes, unwritableBytes, totalBytes, verifiedBytes} = result;
	const isCommitted = events.some(event => event.type === 'run.committed' && event.device.path === path);
	const flaws: string[] = [];
	if (writtenBytes + unwritableBytes > totalBytes || verifiedBytes + result.unreadableBytes > totalBytes) {
		flaws.push('more bytes than the device has');
	}

	if (isCommitted && outcome === 'refused') {
		flaws.push('refused after its commit');
	}

	if (!isCommitted && !['refused', 'interrupted'].includes(outcome)) {
		flaws.push(`${outcome} without a commit`);
	}

	const found = result.nonZeroBytes + result.unreadableBytes + unwritableBytes;
	if (outcome === 'sanitized' && (writtenBytes !== totalBytes || found > 0 || verifiedBytes === 0)) {
		flaws.push('sanitized, but not written, or not found to be zero');
	}

	if (outcome === 'unverified' && writtenBytes !== totalBytes) {
		flaws.push('unverified, but not written');
	}

	if (isCommitted && outcome !== 'failed' && hasFailed(events, path)) {
		flaws.push('it failed, and is not failed');
	}

	return flaws.map(flaw => `${path}: ${flaw}: ${JSON.stringify(result)}`);
};

const found: ReadonlySet<string> = new Set(['NOT_ZERO', 'UNREADABLE', 'DEVICE_CHANGED', 'DEVICE_MISSING']);

const isStop = (code: string): boolean => code === 'INTERRUPTED' || code === 'TERMINATED';

/** It could not be written, or it was found not to be what it must. */
const hasFailed = (events: readonly RunEvent[], path: string): boolean =>
	events.some(
		event =>
			event.type === 'step.failed' &&
			event.device === path &&
			!isStop(event.code) &&
			(event.step === 'erase' || found.has(event.code)),
	);

/** Each sanitized device has one, unless the run ended before, and no other device has any. */
const checkCertificates = ({events, certificates}: EndedRun, {devices}: Finished): readonly string[] => {
	const issued = events.flatMap(event => (event.type === 'step.finished' ? (event.certificates ?? []) : []));
	const paths = certificates.map(text => parseCertificate(text, 'certificate').device.path).toSorted();
	const sanitized = devices.flatMap(({path, outcome}) => (outcome === 'sanitized' ? [path] : [])).toSorted();
	const isIssued = events.some(event => event.type === 'step.finished' && event.step === 'issue-certificate');
	const flaws: string[] = [];
	if (
		paths.some(path => !sanitized.includes(path)) ||
		issued.some(({device}) => !sanitized.includes(device))
	) {
		flaws.push(`certificates for ${paths.join(', ')}`);
	}

	// Nothing but an interruption stands in its way in these runs.
	if (
		events.some(
			event => event.type === 'step.failed' && event.step === 'issue-certificate' && !isStop(event.code),
		)
	) {
		flaws.push('the certificates were not issued');
	}

	if (isIssued && !isDeepStrictEqual(paths, sanitized)) {
		flaws.push(`${sanitized.join(', ')} are sanitized, and ${paths.join(', ')} have a certificate`);
	}

	return flaws;
};

const checkJournal = ({events, journal}: EndedRun): readonly string[] => {
	if (journal === undefined) {
		return ['there is no journal'];
	}

	try {
		const kept = readJournal(journal, 'journal').map(({event}) => event);
		return isDeepStrictEqual(kept, JSON.parse(JSON.stringify(events)))
			? []
			: ['the journal does not hold the events of the run'];
	} catch (error) {
		return [String(error)];
	}
};
