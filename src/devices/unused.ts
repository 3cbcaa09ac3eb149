import {setTimeout as delay} from 'node:timers/promises';
import type {DeviceFacts} from './device.ts';

const pausesMs = [20, 60, 150, 300];

/**
A look at a device that waits, half a second at most, for processes that have it open for a moment: `losetup --find` opens a device that another one has just taken, and others look at all there are. Whoever is still there then is in the facts; that they did not write meanwhile must be seen elsewhere.
*/
export const inspectUnused = async (inspect: () => Promise<DeviceFacts>): Promise<DeviceFacts> => {
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
