import {setTimeout as delay} from 'node:timers/promises';
import type {DeviceFacts} from './device.ts';

const usualPausesMs = [20, 60, 150, 300];

/**
A look at a device, before the first write to it, that waits for processes that have it open for a moment: `losetup --find` opens a device that another one has just taken, and others look at all there are. Whoever is still there after the last of the pauses is in the facts. Not for a look after the last write: who has gone may have written.
*/
export const inspectUnused = async (
	inspect: () => Promise<DeviceFacts>,
	pausesMs: readonly number[] = usualPausesMs,
): Promise<DeviceFacts> => {
	let facts = await inspect();
	for (const ms of pausesMs) {
		if (!isOpenAlone(facts)) {
			break;
		}

		await delay(ms);
		facts = await inspect();
	}

	return facts;
};

const isOpenAlone = ({mountPoints, holders}: DeviceFacts): boolean =>
	mountPoints.length === 0 && holders.length > 0 && holders.every(({kind}) => kind === 'open');
