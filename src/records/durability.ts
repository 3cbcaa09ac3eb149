import type {RunEvent} from '../events.ts';

/** Tells of one event after the other whether its line must be on the media before the run goes on. */
export const createDurability = () => {
	const anchors = new Map<string, number>();
	return (event: RunEvent): boolean => {
		// Before what it says happens.
		if (event.type !== 'step.progress') {
			return true;
		}

		// Progress that is lost in a crash costs nothing, unless it is the first to tell where an erase can go on.
		const {device, durableBytes} = event;
		if (durableBytes === undefined || anchors.get(device) === durableBytes) {
			return false;
		}

		anchors.set(device, durableBytes);
		return true;
	};
};
