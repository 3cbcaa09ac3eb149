import {alignedBuffer} from '../aligned-buffer.ts';
import type {ByteRange, Device} from '../devices/device.ts';
import {createRangeCollector, type RangeList} from '../ranges.ts';
import {limitsFor, type Setting} from '../tuning/settings.ts';
import {createTuner} from '../tuning/tuner.ts';
import {createGate} from './gate.ts';
import {cut, type Part} from './parts.ts';
import {readPart, readPieces} from './read-part.ts';
import type {Finder} from './zeros.ts';

/** What a scan reads through; another step may go on with another one. */
export interface Access {
	readonly device: Device;
	readonly signal: AbortSignal;
	/** Bytes looked at so far, of those that will be; never decreasing. */
	readonly onProgress: (bytes: number, totalBytes: number) => void;
}

export interface ScanOptions {
	/** Sorted, on the device. */
	readonly ranges: () => Iterable<ByteRange>;
	/** Finds what must not be there. */
	readonly find: Finder;
	/** Memory for what is being read. */
	readonly bufferBytes: number;
}

export interface ScanResult {
	readonly totalBytes: number;
	/** Bytes that were read and compared. */
	readonly verifiedBytes: number;
	readonly nonZero: RangeList;
	readonly unreadable: RangeList;
}

/**
Reads ranges of a device in order, while it may still be written further on.

INVARIANTS
- No byte is read before it was allowed. One that was read is not read again.
- Memory does not grow with the device or with what is found.
*/
export interface Scan {
	/** Bytes looked at so far. */
	doneBytes(): number;
	/** All before this byte may be read. */
	allow(end: number): void;
	/**
	Reads what is left, from now on through this access; resolves when no read is under way any more.
	@throws SanitizeError INTERRUPTED, DEVICE_CHANGED.
	*/
	finish(access: Access): Promise<ScanResult>;
	/** Begins no further read; resolves when none is under way. */
	stop(): Promise<void>;
}

interface State {
	readonly options: ScanOptions;
	readonly parts: ReturnType<typeof cut>;
	readonly totalBytes: number;
	readonly gate: ReturnType<typeof createGate>;
	readonly tuner: ReturnType<typeof createTuner>;
	readonly nonZero: ReturnType<typeof createRangeCollector>;
	readonly unreadable: ReturnType<typeof createRangeCollector>;
	/** Aborted when it is stopped, or one of the reads in flight failed, so that the others stop. */
	readonly stopping: AbortController;
	access: Access;
	doneBytes: number;
	verifiedBytes: number;
}

/** Begins to read; nothing, until it is allowed. */
export const startScan = (access: Access, options: ScanOptions): Scan => {
	const state = makeState(access, options);
	const stop = () => {
		state.stopping.abort();
		state.gate.open(Number.POSITIVE_INFINITY);
	};
	const reading = readAll(state, stop);
	// Nobody asks for it before the end.
	reading.catch(() => {});
	return {
		doneBytes: () => state.doneBytes,
		allow: end => state.gate.open(end),
		async finish(next) {
			state.access = next;
			state.gate.open(Number.POSITIVE_INFINITY);
			await reading;
			const {totalBytes, verifiedBytes, nonZero, unreadable} = state;
			return {totalBytes, verifiedBytes, nonZero: nonZero.list(), unreadable: unreadable.list()};
		},
		async stop() {
			stop();
			await Promise.allSettled([reading]);
		},
	};
};

const makeState = (access: Access, options: ScanOptions): State => {
	const {facts} = access.device;
	let totalBytes = 0;
	for (const {length} of options.ranges()) {
		totalBytes += length;
	}

	return {
		options,
		access,
		totalBytes,
		parts: cut(options.ranges()),
		gate: createGate(),
		tuner: createTuner(limitsFor(facts, options.bufferBytes)),
		nonZero: createRangeCollector(facts.logicalSectorBytes),
		unreadable: createRangeCollector(1),
		stopping: new AbortController(),
		doneBytes: 0,
		verifiedBytes: 0,
	};
};

/** With one setting after the other: the buffers of the one before are free by then. */
const readAll = async (state: State, stop: () => void): Promise<void> => {
	const {tuner, stopping} = state;
	let memory: Uint8Array | undefined;
	for (let isEnded = false; !isEnded; ) {
		const setting = tuner.setting();
		const wantedBytes = Math.min(setting.blockBytes * setting.inFlight, roundUp(state.totalBytes));
		memory = memory && memory.length >= wantedBytes ? memory : alignedBuffer(wantedBytes);
		const workers = slots(memory, setting).map(buffer =>
			work(state, setting, buffer).catch(error => {
				stop();
				throw error;
			}),
		);

		// Every read is waited for, also after a failure: nothing may still use the device when this ends.
		const results = await Promise.allSettled(workers);
		const failed = results.find(result => result.status === 'rejected');
		if (failed) {
			throw failed.reason;
		}

		isEnded =
			stopping.signal.aborted || results.some(result => result.status === 'fulfilled' && result.value);
	}
};

const unitBytes = 1024 ** 2;

const roundUp = (bytes: number): number => Math.ceil(bytes / unitBytes) * unitBytes;

const slots = (memory: Uint8Array, {blockBytes, inFlight}: Setting): readonly Uint8Array[] =>
	Array.from({length: Math.max(1, Math.min(inFlight, Math.floor(memory.length / blockBytes)))}, (_, index) =>
		memory.subarray(index * blockBytes, (index + 1) * blockBytes),
	);

/** One read after the other, as long as the setting stands; true when there is nothing left. */
const work = async (state: State, setting: Setting, buffer: Uint8Array): Promise<boolean> => {
	const {parts, gate, tuner, stopping} = state;
	while (tuner.setting() === setting && !stopping.signal.aborted) {
		const part = parts.next(Math.min(setting.blockBytes, buffer.length));
		if (!part) {
			return true;
		}

		const isHeldUp = !gate.isWideOpen();
		await gate.pass(part.offset + part.length);
		if (stopping.signal.aborted) {
			return false;
		}

		await checkPart(state, part, buffer);
		state.doneBytes += part.length;
		state.access.onProgress(state.doneBytes, state.totalBytes);
		if (!isHeldUp) {
			tuner.done(setting, part.length);
		}
	}

	return false;
};

const checkPart = async (state: State, part: Part, buffer: Uint8Array): Promise<void> => {
	const {device, signal} = state.access;
	const data = await readPart(device, part, {buffer, signal});
	if (data) {
		state.nonZero.add(part.index, compare(state, part, data));
		state.unreadable.add(part.index, []);
	} else {
		await checkPieces(state, part, buffer);
	}
};

const compare = (state: State, {offset, length}: ByteRange, data: Uint8Array): readonly ByteRange[] => {
	const found = state.options.find(data, offset, state.access.device.facts.logicalSectorBytes);
	state.verifiedBytes += length;
	return found;
};

const checkPieces = async (state: State, part: Part, buffer: Uint8Array): Promise<void> => {
	const {device, signal} = state.access;
	const nonZero: ByteRange[] = [];
	const unreadable: ByteRange[] = [];
	for await (const {offset, length, data} of readPieces(device, part, {buffer, signal})) {
		if (data) {
			nonZero.push(...compare(state, {offset, length}, data));
		} else {
			unreadable.push({offset, length});
		}
	}

	state.nonZero.add(part.index, nonZero);
	state.unreadable.add(part.index, unreadable);
};
