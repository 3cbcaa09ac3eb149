import {setTimeout as delay} from 'node:timers/promises';
import {zeros} from '../../content.ts';
import type {ByteRange} from '../../devices/device.ts';
import {SanitizeError} from '../../errors.ts';
import {joinRanges, type RangeList, sumOf} from '../../ranges.ts';
import type {EraseContext} from '../eraser.ts';
import {type BadRanges, createBadRanges} from './bad-ranges.ts';
import {createSource, type Source} from './source.ts';
import {requirePresent, requireSalvageable} from './write-errors.ts';
import {writeRange} from './write-range.ts';
import {createWriteWarnings} from './write-warnings.ts';

/** Erasers write in blocks of this size, and never ask for more than one to be salvaged at once. */
export const blockBytes = 1024 ** 2;

/** What became of a block. */
export interface WrittenBlock extends ByteRange {
	readonly writtenBytes: number;
	/** Sorted and merged; with `writtenBytes` it makes up the block. */
	readonly unwritable: readonly ByteRange[];
}

export interface SalvageResult {
	/** Bytes that were accepted only then. */
	readonly writtenBytes: number;
	readonly unwritable: RangeList;
}

/**
Deals with the write errors of one device, during one erase.

```
 block fails ─ wait ─ halve it, down to the sector ─┐
                               … the other blocks … ─┴─ end: what is bad again ─ wait ─ again ─ wait ─ again
```

INVARIANTS
- Everything in a block that takes data is written with what the source has for it; what is reported as unwritable failed each time, down to the logical sector.
- Waiting is bounded for the device, not for the error: when it is used up, nothing is waited for any more. So is memory.
- Whatever does not look like a bad place ends the erase instead: a device that is full, gone, changed, or may not be written to.
*/
export interface Salvage {
	/** What is written. */
	readonly source: Source;
	/**
	Writes what can be written of a block in which a write failed with `error`. Several may be under way.
	@throws SanitizeError INTERRUPTED, DEVICE_CHANGED, WRITE_INCOMPLETE, and `error` itself when it is no bad place.
	*/
	salvage(block: ByteRange, error: unknown): Promise<WrittenBlock>;
	/** Lets a longer block, in which a write failed with `error`, be written again in blocks of {@link blockBytes}; says so even if all of them are written then. */
	split<Blocks>(block: ByteRange, error: unknown, writeAgain: () => Promise<Blocks>): Promise<Blocks>;
	/**
	Takes what became of each block, in the device's order.
	@throws SanitizeError WRITE_FAILED when the device takes nothing at all any more.
	*/
	keep(block: WrittenBlock): void;
	/**
	Tries what is unwritable again, and says what came of it all.
	@throws what `salvage` throws.
	*/
	finish(): Promise<SalvageResult>;
	/** For the next pass over the same device, with another source: no more waiting than one would have had, and no warnings told twice. */
	next(source: Source): Salvage;
	/** What is being salvaged ends soon, with INTERRUPTED: nobody asks for it any more. */
	stop(): void;
}

interface SalvageLimits {
	/** Before a failed block is halved. */
	readonly pauseMs: number;
	/** All waiting for one device. */
	readonly waitingMs: number;
	/** Before each try at the end. */
	readonly lastPausesMs: readonly number[];
	/** More than this is no passing fault: tried once at the end, not more. */
	readonly passingBytes: number;
	/** A device that takes nothing over this length, block after block, is given up. */
	readonly deadBytes: number;
}

const usualLimits: SalvageLimits = {
	pauseMs: 100,
	waitingMs: 60_000,
	lastPausesMs: [0, 400, 1600],
	passingBytes: blockBytes,
	deadBytes: 1024 ** 3,
};

type Context = Pick<EraseContext, 'device' | 'signal' | 'warn'>;

interface State {
	readonly context: Context;
	readonly source: Source;
	readonly limits: SalvageLimits;
	readonly warnings: ReturnType<typeof createWriteWarnings>;
	/** Of all passes. */
	readonly waited: {ms: number};
	/** Where the last block that took nothing ends, and the length of all in a row. */
	dead: {end: number; length: number};
}

export const createSalvage = (given: Context, limits: Partial<SalvageLimits> = {}): Salvage => {
	const stopping = new AbortController();
	const context = {...given, signal: AbortSignal.any([given.signal, stopping.signal])};
	const state: State = {
		context,
		source: createSource(zeros, context.device.facts.logicalSectorBytes),
		limits: {...usualLimits, ...limits},
		warnings: createWriteWarnings(context),
		waited: {ms: 0},
		dead: {end: -1, length: 0},
	};
	return salvageWith(state, stopping);
};

const salvageWith = (state: State, stopping: AbortController): Salvage => {
	const {context, source} = state;
	const badRanges = createBadRanges();
	return {
		source,
		next: other => salvageWith({...state, source: other, dead: {end: -1, length: 0}}, stopping),
		async salvage(block, error) {
			requireSalvageable(context.device, block.offset, error);
			state.warnings.block(block, error);
			await wait(state, state.limits.pauseMs);
			const unwritable = await tryEach(state, [block]);
			if (sumOf(unwritable) === block.length) {
				await requirePresent(context.device, block.offset);
			}
			return {...block, writtenBytes: block.length - sumOf(unwritable), unwritable};
		},
		async split(block, error, writeAgain) {
			const before = state.warnings.blocks();
			const blocks = await writeAgain();
			if (state.warnings.blocks() === before) {
				state.warnings.block(block, error);
			}

			return blocks;
		},
		keep(block) {
			if (block.unwritable.length > 0) {
				badRanges.add(block.unwritable);
				requireAlive(state, block);
			}
		},
		async finish() {
			const writtenBytes = await tryAgain(state, badRanges);
			const unwritable = badRanges.list();
			state.warnings.end(unwritable);
			return {writtenBytes, unwritable};
		},
		stop: () => stopping.abort(),
	};
};

/** Tries what is bad again, at the end; returns the bytes that were accepted then. */
const tryAgain = async (state: State, badRanges: BadRanges): Promise<number> => {
	const {lastPausesMs, passingBytes} = state.limits;
	const badBytes = badRanges.heldBytes();
	for (const [index, pauseMs] of lastPausesMs.entries()) {
		const left = badRanges.heldBytes();
		if (left > 0 && (index === 0 || left <= passingBytes) && (await wait(state, pauseMs))) {
			await badRanges.retry(ranges => tryEach(state, ranges));
		}
	}

	return badBytes - badRanges.heldBytes();
};

/** False, at once, when waiting is used up. */
const wait = async (state: State, pauseMs: number): Promise<boolean> => {
	const {context, limits, warnings, waited} = state;
	if (waited.ms + pauseMs > limits.waitingMs) {
		warnings.impatience(waited.ms);
		return false;
	}

	waited.ms += pauseMs;
	// What is aborted is named by the next try.
	await delay(pauseMs, undefined, {signal: context.signal}).catch(() => {});
	return true;
};

/** The parts of sorted ranges that take nothing, sorted and merged. */
const tryEach = async (state: State, ranges: readonly ByteRange[]): Promise<readonly ByteRange[]> => {
	const bad: ByteRange[] = [];
	for (const range of ranges) {
		bad.push(...(await halve(state, range)));
	}

	return joinRanges(bad, 1);
};

const halve = async (state: State, range: ByteRange): Promise<readonly ByteRange[]> => {
	if (await tryWrite(state, range)) {
		return [];
	}

	const sectorBytes = state.context.device.facts.logicalSectorBytes;
	const sectors = Math.ceil(range.length / sectorBytes);
	if (sectors === 1) {
		return [range];
	}

	const half = Math.ceil(sectors / 2) * sectorBytes;
	const halves = [
		{offset: range.offset, length: half},
		{offset: range.offset + half, length: range.length - half},
	];
	return tryEach(state, halves);
};

const tryWrite = async ({context, source}: State, range: ByteRange): Promise<boolean> => {
	const {device, signal} = context;
	if (signal.aborted) {
		throw new SanitizeError(
			'INTERRUPTED',
			`the erase was stopped while it dealt with write errors at byte ${range.offset} of ${device.facts.path}`,
			{hint: 'do not release the device: resume the run, or erase it again'},
		);
	}

	try {
		await writeRange(device, source, range);
		return true;
	} catch (error) {
		requireSalvageable(device, range.offset, error);
		return false;
	}
};

const requireAlive = ({dead, limits, context}: State, {offset, length, writtenBytes}: WrittenBlock): void => {
	if (writtenBytes > 0) {
		return;
	}

	dead.length = dead.end === offset ? dead.length + length : length;
	dead.end = offset + length;
	if (dead.length >= limits.deadBytes) {
		const {path} = context.device.facts;
		throw new SanitizeError(
			'WRITE_FAILED',
			`${path} takes nothing any more: not one sector of the ${dead.length} bytes before byte ${dead.end} could be written`,
			{
				hint: 'do not release the device; look at its cable and the kernel log, and destroy it if it stays so',
			},
		);
	}
};
