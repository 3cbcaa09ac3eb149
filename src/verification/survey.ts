import {type Canary, canaryLeft, canaryPlaces} from '../content/canary.ts';
import {type Content, repeated} from '../content.ts';
import type {ByteRange} from '../devices/device.ts';
import type {Finder} from './zeros.ts';

/** Looks at what a drive left that erased itself. */
interface Survey {
	/** Finds what is still there of the canary. */
	readonly find: Finder;
	/** What all that was looked at holds, where that is one byte again and again. */
	found(): Content | undefined;
}

export const createSurvey = (canary: Canary | undefined, totalBytes: number): Survey => {
	const places = canary ? canaryPlaces(canary, totalBytes) : [];
	let first: number | undefined;
	let isConstant = true;
	let same: Buffer = Buffer.alloc(0);
	return {
		find(data, position) {
			first ??= data[0];
			if (isConstant) {
				same = same.length < data.length ? Buffer.alloc(data.length, first) : same;
				isConstant = Buffer.compare(data, same.subarray(0, data.length)) === 0;
			}

			return canary ? findLeft(canary, places, data, position) : [];
		},
		found: () =>
			isConstant && first !== undefined ? repeated(first.toString(16).padStart(2, '0')) : undefined,
	};
};

// What was read may begin and end within a place.
const findLeft = (
	canary: Canary,
	places: readonly ByteRange[],
	data: Uint8Array,
	position: number,
): readonly ByteRange[] => {
	const end = position + data.length;
	return places
		.filter(({offset, length}) => offset < end && offset + length > position)
		.flatMap(({offset, length}) => {
			const from = Math.max(offset, position);
			const to = Math.min(offset + length, end);
			const part = data.subarray(from - position, to - position);
			return canaryLeft(canary, {offset: from, length: to - from}, part);
		});
};
