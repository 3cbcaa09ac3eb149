import type {Plan, PlannedStep} from '../plan.ts';
import type {Report} from '../report.ts';

/** The steps of a plan that a run has not come to the end of. Pure. Steps of the devices are left in: each device is somewhere else. */
export const remainingSteps = (plan: Plan, {ended}: Report): readonly PlannedStep[] => {
	// A step that prepares may stand twice: each end is that of one of them, the first ones first.
	const names = ended.filter(({device}) => device === undefined).map(({step}) => step);
	return plan.steps.filter(({step, scope}) => {
		const index = scope === 'run' ? names.indexOf(step) : -1;
		if (index !== -1) {
			names.splice(index, 1);
		}

		return index === -1;
	});
};

/** Whether a step of the devices has come to its end for this one. */
export const hasEnded = ({step}: Pick<PlannedStep, 'step'>, device: string, {ended}: Report): boolean =>
	ended.some(end => end.step === step && end.device === device);

/** Whether a step was begun and has not come to its end. */
export const isUnderWay = (
	{step, device}: {readonly step: string; readonly device?: string},
	{underWay}: Report,
): boolean => underWay.some(begun => begun.step === step && begun.device === device);
