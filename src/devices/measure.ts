import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {alignedBuffer} from '../aligned-buffer.ts';
import type {DeviceFacts} from './device.ts';
import {within} from './within.ts';

/** How fast a device is read past the page cache, in blocks of 1 MiB; bytes per second. */
export interface ReadRates {
	/** Each block after the one before has come: how dd works. */
	readonly oneAtATime: number;
	/** Four under way: as many as our own writer begins with. */
	readonly fourAtATime: number;
	/** The device that was measured, where it was another one of the same kind. */
	readonly of?: string;
}

const blockBytes = 1024 ** 2;
const inFlight = 4;
const trialMs = 12;
const turns = 3;
const longestMs = 2000;
const leastBytes = 16 * blockBytes;

/** Reads for some hundredths of a second; `undefined` where that says nothing: too small, not readable, no answer. Changes nothing. */
export const measureReads = async ({
	path,
	totalBytes,
}: Pick<DeviceFacts, 'path' | 'totalBytes'>): Promise<ReadRates | undefined> => {
	if (totalBytes < leastBytes) {
		return undefined;
	}

	const work = measure(path, totalBytes);
	return within(work, {timeoutMs: longestMs, late: () => new Error('no answer')}).catch(() => undefined);
};

const measure = async (path: string, totalBytes: number): Promise<ReadRates> => {
	await using handle = await open(path, constants.O_RDONLY | constants.O_DIRECT);
	const memory = alignedBuffer(inFlight * blockBytes);
	const rateAt = async (depth: number) => rateOf(handle, {memory, totalBytes, depth});
	let [oneAtATime, fourAtATime] = [0, 0];
	// In turns, and the best of each: what came between slows only one of them.
	for (let turn = 0; turn < turns; turn += 1) {
		fourAtATime = Math.max(fourAtATime, await rateAt(inFlight));
		oneAtATime = Math.max(oneAtATime, await rateAt(1));
	}

	return {oneAtATime, fourAtATime};
};

interface Trial {
	readonly memory: Uint8Array;
	readonly totalBytes: number;
	readonly depth: number;
}

const rateOf = async (handle: FileHandle, {memory, totalBytes, depth}: Trial): Promise<number> => {
	const blocks = Math.floor(totalBytes / blockBytes);
	const startedAtMs = performance.now();
	let next = 0;
	let bytes = 0;
	const read = async (slot: number): Promise<void> => {
		while (performance.now() - startedAtMs < trialMs) {
			const position = (next % blocks) * blockBytes;
			next += 1;
			const {bytesRead} = await handle.read(memory, slot * blockBytes, blockBytes, position);
			bytes += bytesRead;
		}
	};
	await Promise.all(Array.from({length: depth}, async (_, slot) => read(slot)));
	return Math.round((bytes / (performance.now() - startedAtMs)) * 1000);
};

/** Devices that are worth one measurement. */
const kindOf = ({
	kind,
	manufacturer,
	model,
	transport,
	rotational,
	queue,
	logicalSectorBytes,
}: DeviceFacts): string =>
	JSON.stringify([
		kind,
		manufacturer,
		model,
		transport,
		rotational,
		queue?.maxTransferBytes,
		logicalSectorBytes,
	]);

/** Measures one device of each kind, one after the other: side by side they would measure each other. By path. */
export const measureKinds = async (
	devices: readonly DeviceFacts[],
): Promise<ReadonlyMap<string, ReadRates>> => {
	const rates = new Map<string, ReadRates>();
	const ofKind = new Map<string, {path: string; rates: ReadRates | undefined}>();
	for (const facts of devices) {
		const kind = kindOf(facts);
		const known = ofKind.get(kind) ?? {path: facts.path, rates: await measureReads(facts)};
		ofKind.set(kind, known);
		if (known.rates) {
			rates.set(facts.path, known.path === facts.path ? known.rates : {...known.rates, of: known.path});
		}
	}

	return rates;
};
