import type {RunEvent} from '../events.ts';

/** A progress line lost in a crash costs nothing, unless it tells of an anchor to go on from; any other line must be there before what it says happens. */
export const createDurability = () => {
	const anchors = new Map<string, number>();
	return (event: RunEvent): boolean => {
		if (event.type !== 'step.progress') {
			return true;
		}

		const {device, durableBytes} = event;
		if (durableBytes === undefined || anchors.get(device) === durableBytes) {
			return false;
		}

		anchors.set(device, durableBytes);
		return true;
	};
};
