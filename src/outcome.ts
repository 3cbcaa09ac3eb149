import {exitCodeOf} from './errors.ts';
import type {DeviceResult, Outcome} from './events/results.ts';
import type {Erased} from './report/erased.ts';
import type {DeviceReport, Report} from './report.ts';

const exitCodes: Record<Exclude<Outcome, 'interrupted'>, number> = {
	sanitized: 0,
	verified: 0,
	refused: 3,
	failed: 4,
	unverified: 5,
	'aftercare-failed': 6,
};

// Worst first: the run is what its worst device is.
const worstFirst: readonly Outcome[] = [
	'failed',
	'interrupted',
	'unverified',
	'refused',
	'sanitized',
	'verified',
];

// A verification that ended with one of these found something; with any other it could not finish.
const findings = new Set(['NOT_ZERO', 'NOT_ERASED', 'UNREADABLE', 'DEVICE_CHANGED', 'DEVICE_MISSING']);

/** The outcome that follows from a report, and the exit code that says it. */
export const conclude = (
	report: Report,
): {outcome: Outcome; exitCode: number; devices: readonly DeviceResult[]} => {
	const devices = report.devices.map(device => deviceResult(report, device));
	const outcome = runOutcome(
		report,
		devices.map(device => device.outcome),
	);
	const exitCode = exitCodeFor(outcome, report);
	return {outcome, exitCode, devices};
};

/** Whether a device has failed at last: a certificate of before, as of an attempt that was gone on with, does not stand then. */
export const hasFailed = (report: Report, device: string): boolean =>
	conclude(report).devices.some(({path, outcome}) => path === device && outcome === 'failed');

const deviceResult = (report: Report, device: DeviceReport): DeviceResult => {
	const {facts} = device.planned;
	const {nonZero, unreadable, verifiedBytes} = device.verification ?? {};
	return {
		path: facts.path,
		serial: facts.serial,
		outcome: deviceOutcome(report, device),
		totalBytes: facts.totalBytes,
		writtenBytes: device.writtenBytes,
		verifiedBytes: verifiedBytes ?? 0,
		unwritable: device.unwritable?.listed ?? [],
		unreadable: unreadable?.listed ?? [],
		nonZero: nonZero?.listed ?? [],
		unwritableRanges: device.unwritable?.count ?? 0,
		unwritableBytes: device.unwritable?.bytes ?? 0,
		nonZeroRanges: nonZero?.count ?? 0,
		nonZeroBytes: nonZero?.bytes ?? 0,
		unreadableRanges: unreadable?.count ?? 0,
		unreadableBytes: unreadable?.bytes ?? 0,
		...(device.purged && {purged: describePurge(device.purged)}),
		...(device.leaves && device.leaves.kind !== 'zeros' && {expected: device.leaves}),
	};
};

const describePurge = ({eraser, technique}: Erased): NonNullable<DeviceResult['purged']> => ({
	eraser,
	technique,
});

/**
What became of one device. `sanitized` needs all of it: a commit, the purge if one is planned, an erase that wrote exactly the bytes of the device, no failure since, and a verification that passed.
*/
const deviceOutcome = (report: Report, device: DeviceReport): Outcome =>
	device.planned.eraser ? eraseOutcome(report, device) : readOutcome(report, device);

const eraseOutcome = (report: Report, device: DeviceReport): Outcome => {
	const {committedAt, purged, erased, failure, verification, planned} = device;
	if (isInterruption(failure)) {
		return 'interrupted';
	}

	if (committedAt === null) {
		return report.interrupted ? 'interrupted' : 'refused';
	}

	if (erased?.writtenBytes !== planned.facts.totalBytes || (planned.purge && !purged)) {
		return failure === null && report.interrupted ? 'interrupted' : 'failed';
	}

	if (failure !== null) {
		return findings.has(failure) ? 'failed' : 'unverified';
	}

	if (verification === null) {
		return report.interrupted ? 'interrupted' : 'unverified';
	}

	return verification.result === 'passed' ? 'sanitized' : 'failed';
};

const readOutcome = (report: Report, device: DeviceReport): Outcome => {
	const {failure, verification} = device;
	if (isInterruption(failure) || (verification === null && report.interrupted)) {
		return 'interrupted';
	}

	if (failure !== null) {
		return findings.has(failure) ? 'failed' : 'unverified';
	}

	if (verification === null) {
		return report.prepareFailure ? 'refused' : 'unverified';
	}

	return verification.result === 'passed' ? 'verified' : 'failed';
};

const isInterruption = (code: string | null): boolean => code === 'INTERRUPTED' || code === 'TERMINATED';

/** What became of the run: its worst device, then its aftercare. */
const runOutcome = (report: Report, devices: readonly Outcome[]): Outcome => {
	if (devices.length === 0) {
		return report.interrupted ? 'interrupted' : 'refused';
	}

	const worst = worstFirst.find(outcome => devices.includes(outcome)) ?? 'failed';
	// `refused` promises that nothing at all was written, so it cannot speak for a run that wrote to another device.
	if (worst === 'refused' && report.devices.some(device => device.committedAt !== null)) {
		return 'failed';
	}

	if (worst !== 'sanitized' && worst !== 'verified') {
		return worst;
	}

	if (report.interrupted) {
		return 'interrupted';
	}

	return report.aftercareFailure === null ? worst : 'aftercare-failed';
};

const exitCodeFor = (outcome: Outcome, report: Report): number => {
	if (outcome === 'interrupted') {
		return exitCodeOf(report.interrupted ?? 'INTERRUPTED');
	}

	if (outcome === 'refused' && report.prepareFailure === 'INTERNAL') {
		return exitCodeOf('INTERNAL');
	}

	return exitCodes[outcome];
};
