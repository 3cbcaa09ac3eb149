import type {Device} from '../../devices/device.ts';
import {techniquesOf} from '../../erasers/choose.ts';
import {type Eraser, eraserOn} from '../../erasers/eraser.ts';
import {SanitizeError} from '../../errors.ts';
import type {PlannedEraser} from '../../plan.ts';
import type {DeviceStepContext} from '../step.ts';

/**
A drive that is looked at again, as when a run goes on, may tell less of itself, or something else, than when it was planned for: then the command would be another one than method and technique say.
@throws SanitizeError UNSUPPORTED: nothing was done.
*/
export const requirePlanned = (
	eraser: Eraser,
	{method, technique}: Pick<PlannedEraser, 'method' | 'technique'>,
	{
		device: {facts},
		announced,
	}: Pick<DeviceStepContext, 'announced'> & {readonly device: Pick<Device, 'facts'>},
): void => {
	if (eraser.leaves !== 'drive-defined') {
		return;
	}

	const now = eraserOn(eraser, facts);
	// One that was told already may be at work, or locked by us.
	const support = announced ? undefined : now.supports(facts);
	if (support?.supported === false) {
		throw changed(eraser, facts.path, support.reason);
	}

	const techniques = techniquesOf(now, facts);
	if (now.method !== method || !techniques.includes(technique)) {
		const is = `${now.method} by ${techniques.join(', ') || 'nothing that is known'}`;
		throw changed(eraser, facts.path, `${method} by ${technique} was planned, and it is a ${is} now`);
	}
};

const changed = ({name}: Eraser, path: string, what: string): SanitizeError =>
	new SanitizeError('UNSUPPORTED', `${name} on ${path}: the drive is not as it was planned for: ${what}`, {
		hint: 'nothing was done now; see: zeroize devices; resume the run when the drive is as it was, or start a new one',
	});
