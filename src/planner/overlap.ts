import type {DeviceFacts} from '../devices/device.ts';
import type {Eraser} from '../erasers/eraser.ts';
import type {Phase, PlannedOverlap, Refusal} from '../plan.ts';

/** A step of the recipe, as far as it matters here. */
export interface OverlapStep {
	readonly phase: Phase;
	readonly options: Readonly<Record<string, unknown>>;
}

/** Whether a device is read back while it is still written further on, and why; `undefined` where it is not both erased and verified in full. Pure. */
export const planOverlap = (
	facts: Pick<DeviceFacts, 'kind' | 'rotational'>,
	eraser: Eraser | undefined,
	steps: readonly OverlapStep[],
): PlannedOverlap | undefined => {
	const options = verificationAfter(steps)?.options;
	if (!eraser || options?.['coverage'] !== 'full') {
		return undefined;
	}

	const obstacle = findObstacle(facts, eraser);
	const {overlap} = options;
	if (obstacle !== undefined || typeof overlap === 'boolean') {
		return {overlaps: overlap === true && obstacle === undefined, reason: obstacle ?? 'asked for'};
	}

	return byDefault(facts, eraser);
};

/** The verification, where it follows on the only erase. */
const verificationAfter = (steps: readonly OverlapStep[]): OverlapStep | undefined => {
	const first = steps.findIndex(({phase}) => phase === 'erase');
	const next = steps[first + 1];
	return first !== -1 && next?.phase === 'verify' ? next : undefined;
};

const findObstacle = ({kind}: Pick<DeviceFacts, 'kind'>, eraser: Eraser): string | undefined => {
	if (eraser.writesInOrder !== true) {
		return `${eraser.name} does not write each byte once, from the first to the last`;
	}

	// Who wrote to what was read already would not be seen. Of a partition and what stands on others the kernel counts only what is written through their own nodes.
	return kind === 'disk' || kind === 'loop' ? undefined : 'the kernel does not count all writes to it';
};

const byDefault = ({rotational}: Pick<DeviceFacts, 'rotational'>, eraser: Eraser): PlannedOverlap => {
	if (eraser.tools.length > 0) {
		// It can be ended when the device hangs; reads of our own cannot.
		return {overlaps: false, reason: `${eraser.tools.join(', ')} writes, not this program`};
	}

	return {
		overlaps: rotational === false,
		reason:
			rotational === null
				? 'whether the device is rotational is not known'
				: `the device is ${rotational ? '' : 'not '}rotational`,
	};
};

/** Whether the recipe or the command line wants it. */
const asksForOverlap = (steps: readonly OverlapStep[]): boolean =>
	steps.some(({phase, options}) => phase === 'verify' && options['overlap'] === true);

/** What was asked for is done, or said to be impossible; never left out without a word. */
export const overlapRefusal = (
	{target, path}: Pick<DeviceFacts, 'target' | 'path'>,
	overlap: PlannedOverlap | undefined,
	steps: readonly OverlapStep[],
): readonly Refusal[] => {
	if (!asksForOverlap(steps) || overlap?.overlaps) {
		return [];
	}

	const reason = overlap?.reason ?? 'that takes an erase, and a full verification right after it';
	const message = `${path} cannot be read back behind the writer: ${reason}`;
	return [{target, code: 'USAGE', message, hint: 'leave --overlap out (in a recipe: overlap)'}];
};
