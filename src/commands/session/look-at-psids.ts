import {erasers} from '../../erasers/index.ts';
import {readPsid} from '../../erasers/opal/psid.ts';
import {toSanitizeError} from '../../errors.ts';
import type {Plan, Refusal} from '../../plan.ts';

/** Reads what will be needed later, and forgets it: a file that is missing is better known before anything is touched. */
export const lookAtPsids = async ({
	devices,
	steps,
}: Pick<Plan, 'devices' | 'steps'>): Promise<readonly Refusal[]> => {
	const file = steps.find(({phase}) => phase === 'erase')?.options['psidFile'];
	const needing = devices.filter(
		({eraser}) => erasers.find(({name}) => name === eraser?.name)?.needsPsid && typeof file === 'string',
	);
	const refusals = await Promise.all(
		needing.map(async ({facts}): Promise<Refusal | undefined> => {
			try {
				await readPsid(String(file), facts.serial);
				return undefined;
			} catch (error) {
				const {code, message, hint = 'see: zeroize erasers'} = toSanitizeError(error);
				return {target: facts.target, code, message, hint};
			}
		}),
	);
	return refusals.filter(refusal => refusal !== undefined);
};
