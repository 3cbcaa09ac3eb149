import type {ByteRange, Device} from '../../devices/device.ts';
import {limitsFor} from '../../tuning/settings.ts';
import {createTuner, type Tuner} from '../../tuning/tuner.ts';
import type {ErasePoint} from '../eraser.ts';
import {type Salvage, blockBytes as unitBytes, type WrittenBlock} from './salvage.ts';
import {writeRange} from './write-range.ts';

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

/** Writes what the salvage has as its source to the device's end, several blocks at a time, of which the first ones tell how long and how many; yields how far it is, and returns all bytes written. */
export async function* overwrite(
	{device, salvage, requireRunning}: OverwriteContext,
	start: Start,
): AsyncGenerator<ErasePoint, number, undefined> {
	const {totalBytes} = device.facts;
	const tuner = createTuner(limitsFor(device.facts, salvage.source.maxBytesInFlight));
	const writes: Array<Promise<Outcome>> = [];
	let position = start.from;
	let {writtenBytes, reachedTo} = start;
	try {
		while (position < totalBytes || writes.length > 0) {
			requireRunning(writtenBytes);
			while (writes.length < tuner.setting().inFlight && position < totalBytes) {
				const length = Math.min(tuner.setting().blockBytes, totalBytes - position);
				writes.push(settle(writeBlock({device, salvage, tuner}, {offset: position, length})));
				position += length;
			}

			for (const block of resultOf(await writes.shift())) {
				salvage.keep(block);
				writtenBytes += block.writtenBytes;
				reachedTo = reachEnd(reachedTo, block);
			}

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

type Blocks = readonly WrittenBlock[];

interface Writing {
	readonly device: Device;
	readonly salvage: Salvage;
	readonly tuner: Tuner;
}

const writeBlock = async (writing: Writing, block: ByteRange): Promise<Blocks> => {
	const {device, salvage, tuner} = writing;
	const setting = tuner.setting();
	try {
		await writeRange(device, salvage.source, block);
		tuner.done(setting, block.length);
		return [{...block, writtenBytes: block.length, unwritable: []}];
	} catch (error) {
		if (block.length <= unitBytes) {
			return [await salvage.salvage(block, error)];
		}

		return salvage.split(block, error, () => writeUnits(writing, block));
	}
};

/** A long block with a bad place in it, in pieces short enough to be salvaged. */
const writeUnits = async (writing: Writing, {offset, length}: ByteRange): Promise<Blocks> => {
	const blocks: WrittenBlock[] = [];
	for (let done = 0; done < length; done += unitBytes) {
		const unit = {offset: offset + done, length: Math.min(unitBytes, length - done)};
		blocks.push(...(await writeBlock(writing, unit)));
	}

	return blocks;
};

type Outcome = {readonly blocks: Blocks} | {readonly error: unknown};

// Several writes are under way while one is awaited: a rejection nobody has asked for yet would end the process.
const settle = async (write: Promise<Blocks>): Promise<Outcome> => {
	try {
		return {blocks: await write};
	} catch (error) {
		return {error};
	}
};

const resultOf = (outcome: Outcome | undefined): Blocks => {
	if (!outcome || 'error' in outcome) {
		throw outcome?.error;
	}

	return outcome.blocks;
};
