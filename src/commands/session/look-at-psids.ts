import {erasers} from '../../erasers/index.ts';
import {readPsid} from '../../erasers/opal/psid.ts';
import {toSanitizeError} from '../../errors.ts';
import type {Plan, PlannedDevice, Refusal} from '../../plan.ts';

/** Reads what will be needed later, and forgets it: a file that is missing is better known before anything is touched. */
export const lookAtPsids = async ({
	devices,
	steps,
}: Pick<Plan, 'devices' | 'steps'>): Promise<readonly Refusal[]> => {
	const fileOf = (wanted: string) => steps.find(({phase}) => phase === wanted)?.options['psidFile'];
	const needing = devices.flatMap(({facts, purge, eraser}) => [
		...(needsPsid(purge) ? [{facts, file: fileOf('purge')}] : []),
		...(needsPsid(eraser) ? [{facts, file: fileOf('erase')}] : []),
	]);
	const refusals = await Promise.all(
		needing.map(async ({facts, file}) => (typeof file === 'string' ? lookAt(facts, file) : [])),
	);
	return refusals.flat();
};

const needsPsid = (planned: PlannedDevice['eraser']): boolean =>
	erasers.find(({name}) => name === planned?.name)?.needsPsid ?? false;

const lookAt = async (
	{target, serial}: PlannedDevice['facts'],
	file: string,
): Promise<readonly Refusal[]> => {
	try {
		await readPsid(file, serial);
		return [];
	} catch (error) {
		const {code, message, hint = 'see: zeroize erasers'} = toSanitizeError(error);
		return [{target, code, message, hint}];
	}
};
