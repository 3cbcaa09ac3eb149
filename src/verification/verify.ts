import {alignedBuffer} from '../aligned-buffer.ts';
import type {ByteRange, Device} from '../devices/device.ts';
import {SanitizeError} from '../errors.ts';
import {createRangeCollector} from '../ranges.ts';
import {readPart} from './read-part.ts';
import {createSampling, type Sampling} from './sampling.ts';
import type {Verification, VerifySettings} from './verification.ts';
import {type Finder, findNonZero} from './zeros.ts';

const partBytes = 1024 * 1024;
const readsInFlight = 4;

export interface VerifyOptions {
	readonly signal: AbortSignal;
	/** Bytes looked at so far, of those that will be; never decreasing. */
	readonly onProgress: (bytes: number, totalBytes: number) => void;
	/** Finds what must not be there; by default what is not zero. */
	readonly find?: Finder;
}

/**
Reads a device, in full or in samples, and says where it is not zero and where it cannot be read. Writes nothing.

It goes on after what it finds, to the end: `failed` is a result, not an error. Memory does not grow with the device or with what is found.
@throws SanitizeError INTERRUPTED; DEVICE_CHANGED when the device went away, became shorter or longer; USAGE for a bad seed or percentage.
*/
export const verify = async (
	device: Device,
	settings: VerifySettings,
	{signal, onProgress, find = findNonZero}: VerifyOptions,
): Promise<Verification> => {
	const scan = startScan(device, settings, {signal, find});
	const parts = scan.parts[Symbol.iterator]();
	const reads = Array.from({length: readsInFlight}, async () => work(scan, parts, onProgress));

	// Every read is waited for, also after a failure: nothing may still use the device when this returns.
	const results = await Promise.allSettled(reads);
	const failed = results.find(result => result.status === 'rejected');
	if (failed) {
		throw failed.reason;
	}

	return conclude(scan, settings);
};

interface Scan {
	readonly device: Device;
	readonly signal: AbortSignal;
	readonly find: Finder;
	readonly sampling: Sampling | undefined;
	readonly parts: Iterable<Part>;
	readonly totalBytes: number;
	readonly nonZero: ReturnType<typeof createRangeCollector>;
	readonly unreadable: ReturnType<typeof createRangeCollector>;
	/** Aborted when one of the reads in flight failed, so that the others stop. */
	readonly stop: AbortController;
	doneBytes: number;
	verifiedBytes: number;
}

interface Part extends ByteRange {
	readonly index: number;
}

const startScan = (
	device: Device,
	settings: VerifySettings,
	{signal, find}: Pick<Scan, 'signal' | 'find'>,
): Scan => {
	const {totalBytes: deviceBytes, logicalSectorBytes: sectorBytes, path} = device.facts;
	if (deviceBytes === 0) {
		throw new SanitizeError('DEVICE_EMPTY', `verify ${path}: it has no bytes`, {
			hint: 'check that a medium is in the drive',
		});
	}

	const sampling =
		settings.coverage === 'sampled'
			? createSampling({totalBytes: deviceBytes, sectorBytes, percent: settings.percent, seed: settings.seed})
			: undefined;
	const ranges = (): Iterable<ByteRange> => sampling?.ranges() ?? [{offset: 0, length: deviceBytes}];
	let totalBytes = 0;
	for (const {length} of ranges()) {
		totalBytes += length;
	}

	return {
		device,
		signal,
		find,
		sampling,
		parts: cut(ranges()),
		totalBytes,
		nonZero: createRangeCollector(sectorBytes),
		unreadable: createRangeCollector(1),
		stop: new AbortController(),
		doneBytes: 0,
		verifiedBytes: 0,
	};
};

function* cut(ranges: Iterable<ByteRange>): Generator<Part> {
	let index = 0;
	for (const {offset, length} of ranges) {
		for (let done = 0; done < length; done += partBytes) {
			yield {index, offset: offset + done, length: Math.min(partBytes, length - done)};
			index += 1;
		}
	}
}

const work = async (
	scan: Scan,
	parts: Iterator<Part>,
	onProgress: VerifyOptions['onProgress'],
): Promise<void> => {
	let buffer: Uint8Array | undefined;
	try {
		for (let next = parts.next(); !(next.done || scan.stop.signal.aborted); next = parts.next()) {
			// A small device has no part for most of us.
			buffer ??= alignedBuffer(partBytes);
			await checkPart(scan, next.value, buffer);
			scan.doneBytes += next.value.length;
			onProgress(scan.doneBytes, scan.totalBytes);
		}
	} catch (error) {
		scan.stop.abort();
		throw error;
	}
};

const checkPart = async (scan: Scan, part: Part, buffer: Uint8Array): Promise<void> => {
	const nonZero: ByteRange[] = [];
	const unreadable: ByteRange[] = [];
	const sectorBytes = scan.device.facts.logicalSectorBytes;
	for await (const {offset, data, length} of readPart(scan.device, part, {buffer, signal: scan.signal})) {
		if (data) {
			nonZero.push(...scan.find(data, offset, sectorBytes));
			scan.verifiedBytes += length;
		} else {
			unreadable.push({offset, length});
		}
	}

	scan.nonZero.add(part.index, nonZero);
	scan.unreadable.add(part.index, unreadable);
};

const conclude = (scan: Scan, {coverage, seed}: VerifySettings): Verification => {
	const {device, verifiedBytes, totalBytes, sampling} = scan;
	const nonZero = scan.nonZero.list();
	const unreadable = scan.unreadable.list();
	if (verifiedBytes + unreadable.bytes !== totalBytes) {
		throw new SanitizeError(
			'INTERNAL',
			`verify ${device.facts.path}: ${verifiedBytes + unreadable.bytes} bytes were looked at instead of ${totalBytes}`,
		);
	}

	const covered = verifiedBytes / device.facts.totalBytes;
	return {
		coverage,
		percent: covered * 100,
		result: nonZero.count === 0 && unreadable.count === 0 ? 'passed' : 'failed',
		verifiedBytes,
		nonZero,
		unreadable,
		isDirect: device.isDirect,
		...(sampling && {sampling: describeSampling(sampling, seed, covered)}),
	};
};

const describeSampling = (
	{sections, samplesPerSection}: Sampling,
	seed: string,
	covered: number,
): NonNullable<Verification['sampling']> => ({
	seed,
	sections,
	samplesPerSection,
	detectionProbability: covered,
	detectionProbabilityOf100Sectors: 1 - (1 - covered) ** 100,
});
