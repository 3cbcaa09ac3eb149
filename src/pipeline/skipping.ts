import type {PlannedStep} from '../plan.ts';
import type {Report} from '../report.ts';

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
		return 'the run was interrupted';
	}

	if (isAlways) {
		return null;
	}

	if (report.prepareFailure) {
		return 'a step before it failed';
	}

	if (device !== undefined) {
		return report.devices.some(({planned, failure}) => planned.facts.path === device && failure !== null)
			? 'a step before it failed for this device'
			: null;
	}

	const isTroubled = report.aftercareFailure !== null || report.devices.some(({failure}) => failure !== null);
	return phase === 'halt' && isTroubled
		? 'a step before it failed: the machine stays on for you to look'
		: null;
};
