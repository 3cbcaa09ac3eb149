import type {PlannedStep} from '../plan.ts';

/** Neighbouring device steps belong together: a device goes through them without waiting for the others. */
export const groupSteps = (steps: readonly PlannedStep[]): ReadonlyArray<readonly PlannedStep[]> => {
	const groups: PlannedStep[][] = [];
	for (const step of steps) {
		const last = groups.at(-1);
		if (last && step.scope === 'device' && last[0]?.scope === 'device') {
			last.push(step);
		} else {
			groups.push([step]);
		}
	}

	return groups;
};

/** What they do, all of them. */
export const titleOf = (steps: readonly PlannedStep[]): string => steps.map(({title}) => title).join(', ');
