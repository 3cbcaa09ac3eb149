import type {ByteRange, Device} from '../../devices/device.ts';
import type {ErasePoint} from '../eraser.ts';
import {blockBytes, type Salvage, type WrittenBlock} from './salvage.ts';
import {writeRange} from './write-range.ts';

const inFlight = 4;

interface OverwriteContext {
	readonly device: Device;
	readonly salvage: Salvage;
	/** Called before each write; throws when the erase shall not go on. */
	requireRunning(writtenBytes: number): void;
}

/** What was written before, counted in all that is yielded and returned, and the byte to go on from. */
export interface Start extends ErasePoint {
	readonly from: number;
}

/** Writes what the salvage has as its source to the device's end, four blocks at a time; yields how far it is, and returns all bytes written. */
export async function* overwrite(
	{device, salvage, requireRunning}: OverwriteContext,
	start: Start,
): AsyncGenerator<ErasePoint, number, undefined> {
	const {totalBytes} = device.facts;
	const writes: Array<Promise<Outcome>> = [];
	let position = start.from;
	let {writtenBytes, reachedTo} = start;
	try {
		while (position < totalBytes || writes.length > 0) {
			requireRunning(writtenBytes);
			for (; writes.length < inFlight && position < totalBytes; position += blockBytes) {
				const block = {offset: position, length: Math.min(blockBytes, totalBytes - position)};
				writes.push(settle(writeBlock(device, block, salvage)));
			}

			const block = resultOf(await writes.shift());
			salvage.keep(block);
			writtenBytes += block.writtenBytes;
			reachedTo = reachEnd(reachedTo, block);
			yield {writtenBytes, reachedTo};
		}

		return writtenBytes;
	} finally {
		// Nothing may go on writing once this has ended, however it ends.
		if (writes.length > 0) {
			salvage.stop();
		}

		await Promise.all(writes);
	}
}

/** Behind a place that took no data nothing counts as reached: an erase that goes on later begins there. */
const reachEnd = (reachedTo: number, {offset, length, writtenBytes}: WrittenBlock): number =>
	reachedTo === offset && writtenBytes === length ? offset + length : reachedTo;

const writeBlock = async (device: Device, block: ByteRange, salvage: Salvage): Promise<WrittenBlock> => {
	try {
		await writeRange(device, salvage.source, block);
		return {...block, writtenBytes: block.length, unwritable: []};
	} catch (error) {
		return salvage.salvage(block, error);
	}
};

type Outcome = {readonly block: WrittenBlock} | {readonly error: unknown};

// Several writes are under way while one is awaited: a rejection nobody has asked for yet would end the process.
const settle = async (write: Promise<WrittenBlock>): Promise<Outcome> => {
	try {
		return {block: await write};
	} catch (error) {
		return {error};
	}
};

const resultOf = (outcome: Outcome | undefined): WrittenBlock => {
	if (!outcome || 'error' in outcome) {
		throw outcome?.error;
	}

	return outcome.block;
};
