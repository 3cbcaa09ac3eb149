import type {ErasePoint, EraseResult, Eraser} from '../../erasers/eraser.ts';
import {erasers} from '../../erasers/index.ts';

export const findEraser = (name: string | undefined): Eraser | undefined =>
	erasers.find(eraser => eraser.name === name);

/** Erases to the end, and tells how far it is. */
export const drain = async (
	erasing: AsyncGenerator<ErasePoint, EraseResult, undefined>,
	onPoint: (point: ErasePoint) => void,
): Promise<EraseResult> => {
	for (;;) {
		const next = await erasing.next();
		if (next.done) {
			return next.value;
		}

		onPoint(next.value);
	}
};
