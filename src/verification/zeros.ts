import type {ByteRange} from '../devices/device.ts';

const pieceBytes = 65_536;

/**
The parts of `data` that are not what they must be, as ranges on the device when `data` was read from `position`; sorted.

A range starts at its first byte that is wrong and ends after its last one. Right bytes between two such bytes split a range only when there are at least `sectorBytes` of them.
*/
export type Finder = (data: Uint8Array, position: number, sectorBytes: number) => readonly ByteRange[];

/** What is not zero. */
export const findNonZero: Finder = (data, position, sectorBytes) => {
	const ranges: ByteRange[] = [];
	if (isZero(data, 0, data.length)) {
		return ranges;
	}

	for (let start = 0; start < data.length; start += pieceBytes) {
		const end = Math.min(start + pieceBytes, data.length);
		if (!isZero(data, start, end)) {
			narrow(ranges, {data, position, sectorBytes, start, end});
		}
	}

	return ranges;
};

interface Piece {
	readonly data: Uint8Array;
	readonly position: number;
	readonly sectorBytes: number;
	readonly start: number;
	readonly end: number;
}

// No gap inside one sector is long enough to split a range, so its first and last byte are all there is to find.
const narrow = (ranges: ByteRange[], {data, position, sectorBytes, start, end}: Piece): void => {
	for (let sector = start; sector < end; sector += sectorBytes) {
		const sectorEnd = Math.min(sector + sectorBytes, end);
		if (isZero(data, sector, sectorEnd)) {
			continue;
		}

		const from = position + firstNonZero(data, sector);
		append(ranges, from, position + endOfNonZero(data, sectorEnd), sectorBytes);
	}
};

const append = (ranges: ByteRange[], from: number, to: number, sectorBytes: number): void => {
	const last = ranges.at(-1);
	if (last && from - (last.offset + last.length) < sectorBytes) {
		ranges[ranges.length - 1] = {offset: last.offset, length: to - last.offset};
	} else {
		ranges.push({offset: from, length: to - from});
	}
};

// Where the first byte is zero, and each is what the one before it is, all are. Buffer.compare ends in memcmp: tens of gigabytes a second, against less than one in a loop; and bytes that are compared with their neighbours are loaded once.
const isZero = (data: Uint8Array, start: number, end: number): boolean =>
	data[start] === 0 && Buffer.compare(data.subarray(start, end - 1), data.subarray(start + 1, end)) === 0;

const firstNonZero = (data: Uint8Array, start: number): number => {
	let index = start;
	while (data[index] === 0) {
		index += 1;
	}

	return index;
};

const endOfNonZero = (data: Uint8Array, end: number): number => {
	let index = end;
	while (data[index - 1] === 0) {
		index -= 1;
	}

	return index;
};
