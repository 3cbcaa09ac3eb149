import type {ByteRange, Device} from '../devices/device.ts';
import {SanitizeError} from '../errors.ts';
import {createSampling, type Sampling} from './sampling.ts';
import {type Access, type ScanResult, startScan} from './scan.ts';
import type {Verification, VerifySettings} from './verification.ts';
import {type Finder, findNonZero} from './zeros.ts';

const mebibyte = 1024 ** 2;

const mostBufferBytes = 16 * mebibyte;
const bufferBytesOfAll = 48 * mebibyte;

/** Memory for what is being read of one of so many devices. */
export const bufferBytesFor = (devices: number): number =>
	Math.max(mebibyte, Math.min(mostBufferBytes, bufferBytesOfAll / Math.max(devices, 1)));

export interface VerifyOptions extends Omit<Access, 'device'> {
	/** Finds what must not be there; by default what is not zero. */
	readonly find?: Finder;
	/** Memory for what is being read. */
	readonly bufferBytes?: number;
}

/** A verification that begins while the device is still being written. */
export interface Reading {
	/** Bytes looked at so far. */
	doneBytes(): number;
	/** All before this byte is on the media, and will not be written again: it may be read. */
	allow(end: number): void;
	/**
	Reads what is left, all of it.
	@throws what {@link verify} throws.
	*/
	finish(access: Access): Promise<Verification>;
	/** Gives it up; resolves when nothing reads any more. */
	stop(): Promise<void>;
}

/**
Reads a device, in full or in samples, and says where it is not zero and where it cannot be read. Writes nothing.

It goes on after what it finds, to the end: `failed` is a result, not an error. Memory does not grow with the device or with what is found.
@throws SanitizeError INTERRUPTED; DEVICE_CHANGED when the device went away, became shorter or longer; USAGE for a bad seed or percentage.
*/
export const verify = async (
	device: Device,
	settings: VerifySettings,
	options: VerifyOptions,
): Promise<Verification> => startReading(device, settings, options).finish({device, ...options});

/** @throws SanitizeError USAGE, DEVICE_EMPTY. */
export const startReading = (
	device: Device,
	settings: VerifySettings,
	{find = findNonZero, bufferBytes = mostBufferBytes, ...access}: VerifyOptions,
): Reading => {
	const {totalBytes, logicalSectorBytes: sectorBytes, path} = device.facts;
	if (totalBytes === 0) {
		throw new SanitizeError('DEVICE_EMPTY', `verify ${path}: it has no bytes`, {
			hint: 'check that a medium is in the drive',
		});
	}

	const {percent, seed} = settings;
	const sampling =
		settings.coverage === 'sampled' ? createSampling({totalBytes, sectorBytes, percent, seed}) : undefined;
	const ranges = (): Iterable<ByteRange> => sampling?.ranges() ?? [{offset: 0, length: totalBytes}];
	const scan = startScan({device, ...access}, {ranges, find, bufferBytes});
	return {
		doneBytes: scan.doneBytes,
		allow: scan.allow,
		stop: scan.stop,
		finish: async next => conclude(device, settings, {...(await scan.finish(next)), sampling}),
	};
};

const conclude = (
	device: Device,
	{coverage, seed}: VerifySettings,
	{sampling, totalBytes, verifiedBytes, nonZero, unreadable}: ScanResult & {sampling: Sampling | undefined},
): Verification => {
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
