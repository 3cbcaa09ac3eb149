import type {PlannedStep} from '../plan.ts';
import type {DeviceReport, Report} from '../report.ts';

export const interrupted = 'the run was interrupted';

/** Why a step is not to be run, judging by what has happened so far; `null` when it is. Pure. */
export const reasonToSkip = (
	{skip, phase}: PlannedStep,
	isAlways: boolean,
	report: Report,
	device: string | undefined,
): string | null => {
	if (skip !== undefined) {
		return skip;
	}

	if (report.interrupted) {
		return interrupted;
	}

	if (isAlways) {
		return null;
	}

	if (report.prepareFailure) {
		return 'a step before it failed';
	}

	if (device !== undefined) {
		const own = report.devices.find(({planned}) => planned.facts.path === device);
		const isStopped = own && own.failure !== null && !(phase === 'verify' && isWrittenToItsEnd(own));
		return isStopped ? 'a step before it failed for this device' : null;
	}

	const isTroubled = report.aftercareFailure !== null || report.devices.some(({failure}) => failure !== null);
	return phase === 'halt' && isTroubled
		? 'a step before it failed: the machine stays on for you to look'
		: null;
};

/** True for an erase that failed for unwritable ranges alone: reading the device tells which of its bytes are zero all the same. */
const isWrittenToItsEnd = ({failure, unwritable, writtenBytes, planned}: DeviceReport): boolean =>
	failure === 'WRITE_FAILED' &&
	unwritable !== null &&
	writtenBytes + unwritable.bytes === planned.facts.totalBytes;
