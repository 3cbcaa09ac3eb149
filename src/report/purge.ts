import type {AnnouncedCommand} from '../erasers/eraser.ts';
import type {ErrorCode} from '../errors.ts';
import type {Erased} from './erased.ts';
import {deviceOf, phaseOf} from './find.ts';
import type {DeviceReport, EndedStep, Report} from './state.ts';

/** Whatever was overwritten before it, is to be overwritten after it. */
export const startPurge = {
	...{purged: null, erased: null, leaves: null, verification: null},
	...{durableBytes: 0, eraseFrom: 0},
} satisfies Partial<DeviceReport>;

/** It counts when what was announced to be on the device is said to be gone. */
export const finishPurge = (erased: Erased, announced: AnnouncedCommand | null): Partial<DeviceReport> => {
	const isGone = announced?.canary === undefined || announced.canary.seed === erased.canary?.seed;
	return {purged: erased.method === 'purge' && announced && isGone ? erased : null, announced: null};
};

// These say nothing against what the drive did before: whoever overwrote it was stopped or missing, or some of its places are bad.
const harmless = new Set<ErrorCode | null>([
	...([null, 'INTERRUPTED', 'TERMINATED', 'STALLED', 'ERASER_FAILED', 'DEVICE_BUSY'] as const),
	...(['TOOL_MISSING', 'TOOL_FAILED', 'WRITE_FAILED', 'SYNC_FAILED', 'UNREADABLE'] as const),
]);

/** Whether a purge need not be done again when a device is tried again. */
export const isPurgeKept = ({purged, failure}: Pick<DeviceReport, 'purged' | 'failure'>): boolean =>
	purged !== null && harmless.has(failure);

/** The end of a purge that still holds: of one that is kept, or of one that is left out. */
export const holdsStill = (report: Report, {step, device: path, how}: EndedStep): boolean => {
	const device = deviceOf(report, path);
	if (!device || phaseOf(report, step) !== 'purge') {
		return false;
	}

	const isLeftOut = how === 'skipped' && !device.planned.purge && device.planned.notPurged !== undefined;
	return isLeftOut || (how === 'finished' && isPurgeKept(device));
};
