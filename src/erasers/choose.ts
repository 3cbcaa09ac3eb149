import type {DeviceFacts} from '../devices/device.ts';
import type {Eraser} from './eraser.ts';

export interface Choice {
	readonly eraser: Eraser | undefined;
	/** Why this one; or, where there is none, why not. */
	readonly reason: string;
	/** Erasers that cannot do it, and why. */
	readonly unsuitable: ReadonlyArray<{readonly eraser: string; readonly reason: string}>;
}

// The documented tool first; our own writer where no tool can be pointed at the device.
const preference: readonly string[] = ['dd', 'direct'];

/** The eraser for a device: the one that was named, or with `auto` the first that can. Pure. */
export const chooseEraser = (name: string, facts: DeviceFacts, erasers: readonly Eraser[]): Choice => {
	const unsuitable = erasers.flatMap(eraser => {
		const support = eraser.supports(facts);
		return support.supported ? [] : [{eraser: eraser.name, reason: support.reason}];
	});
	const isSuitable = (eraser: Eraser) => !unsuitable.some(entry => entry.eraser === eraser.name);
	if (name === 'auto') {
		const eraser = preference
			.map(preferred => erasers.find(({name}) => name === preferred))
			.find(found => found && isSuitable(found));
		return {
			eraser,
			reason: eraser ? 'chosen by auto: the first that can erase this device' : 'no eraser can erase it',
			unsuitable,
		};
	}

	const eraser = erasers.find(eraser => eraser.name === name);
	const obstacle = unsuitable.find(entry => entry.eraser === name);
	if (!eraser || obstacle) {
		return {
			eraser: undefined,
			reason: obstacle ? `${name}: ${obstacle.reason}` : `there is no eraser "${name}"`,
			unsuitable,
		};
	}

	return {eraser, reason: 'asked for', unsuitable};
};
