import type {DeviceFacts} from '../devices/device.ts';
import type {ReadRates} from '../devices/measure.ts';
import {formatRate} from '../progress.ts';
import type {Eraser} from './eraser.ts';

export interface Choice {
	readonly eraser: Eraser | undefined;
	/** Why this one; or, where there is none, why not. */
	readonly reason: string;
	/** Erasers that cannot do it, and why. */
	readonly unsuitable: ReadonlyArray<{readonly eraser: string; readonly reason: string}>;
}

/** The eraser for a device: the one that was named, or with `auto` the faster of those that write every byte to it. Pure. */
export const chooseEraser = (
	name: string,
	facts: DeviceFacts,
	erasers: readonly Eraser[],
	rates?: ReadRates,
): Choice => {
	const unsuitable = erasers.flatMap(eraser => {
		const support = eraser.supports(facts);
		return support.supported ? [] : [{eraser: eraser.name, reason: support.reason}];
	});
	const isSuitable = (eraser: Eraser) => !unsuitable.some(entry => entry.eraser === eraser.name);
	if (name === 'auto') {
		return {...choose(erasers.filter(isSuitable), rates), unsuitable};
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

/** Rates of some hundredths of a second are as good as equal below this. */
const clearly = 1.2;

// The device itself zeroing ranges, and several passes, are for those who ask for them.
const choose = (suitable: readonly Eraser[], rates: ReadRates | undefined): Omit<Choice, 'unsuitable'> => {
	const [own, dd] = ['direct', 'dd'].map(name => suitable.find(eraser => eraser.name === name));
	if (!own || !dd) {
		const eraser = own ?? dd;
		return {
			eraser,
			reason: eraser
				? 'chosen by auto: the only one that can write every byte of it'
				: 'no eraser can erase it',
		};
	}

	if (!rates) {
		return {eraser: own, reason: 'chosen by auto: it could not be measured, and this needs no other program'};
	}

	const {oneAtATime, fourAtATime, of} = rates;
	const eraser = oneAtATime > fourAtATime * clearly ? dd : own;
	const measured = `reading ${of ?? 'it'} gave ${formatRate(fourAtATime)} four blocks at a time, ${formatRate(oneAtATime)} one at a time as dd does`;
	return {eraser, reason: `chosen by auto: ${measured}`};
};
