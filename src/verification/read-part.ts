import type {ByteRange, Device} from '../devices/device.ts';
import {errnoOf, SanitizeError} from '../errors.ts';

/** Bytes that were read, or without `data` a run of them that cannot be. */
export interface ReadBytes extends ByteRange {
	/** Valid until the next one is asked for. */
	readonly data?: Uint8Array;
}

export interface ReadPartOptions {
	/** As long as the part, rounded up to whole sectors. */
	readonly buffer: Uint8Array;
	readonly signal: AbortSignal;
}

/**
Reads a part of a device that could not be read as a whole, in order: it is halved, down to the logical sector, so that everything readable is read.
@throws SanitizeError INTERRUPTED, DEVICE_CHANGED.
*/
export async function* readPieces(
	device: Device,
	part: ByteRange,
	{buffer, signal}: ReadPartOptions,
): AsyncGenerator<ReadBytes> {
	let lostBytes = 0;
	for await (const read of halve(device, part, {buffer, signal})) {
		lostBytes += read.data ? 0 : read.length;
		yield read;
	}

	if (lostBytes === part.length) {
		await checkPresent(device, part);
	}
}

async function* halve(device: Device, part: ByteRange, options: ReadPartOptions): AsyncGenerator<ReadBytes> {
	const sectorBytes = device.facts.logicalSectorBytes;
	const sectors = Math.ceil(part.length / sectorBytes);
	if (sectors === 1) {
		yield part;
		return;
	}

	const half = Math.ceil(sectors / 2) * sectorBytes;
	yield* readOrHalve(device, {offset: part.offset, length: half}, options);
	yield* readOrHalve(device, {offset: part.offset + half, length: part.length - half}, options);
}

async function* readOrHalve(
	device: Device,
	part: ByteRange,
	options: ReadPartOptions,
): AsyncGenerator<ReadBytes> {
	const data = await readPart(device, part, options);
	if (data) {
		yield {...part, data};
	} else {
		yield* halve(device, part, options);
	}
}

/**
Reads a part of a device at once; `undefined` where something in it cannot be read.
@throws SanitizeError INTERRUPTED, DEVICE_CHANGED.
*/
export const readPart = async (
	device: Device,
	{offset, length}: ByteRange,
	{buffer, signal}: ReadPartOptions,
): Promise<Uint8Array | undefined> => {
	const {path, logicalSectorBytes, totalBytes} = device.facts;
	if (signal.aborted) {
		throw new SanitizeError('INTERRUPTED', `verify ${path}: stopped before everything was read`, {
			hint: 'verify it again; reading changed nothing',
		});
	}

	const wanted = Math.ceil(length / logicalSectorBytes) * logicalSectorBytes;
	const count = await readOrLose(device, offset, buffer.subarray(0, wanted));
	if (count !== undefined && count !== length) {
		throw changed(
			`verify ${path}: ${count} bytes came from offset ${offset} where its size of ${totalBytes} bytes gives ${length}`,
		);
	}

	return count === undefined ? undefined : buffer.subarray(0, length);
};

const readOrLose = async (
	device: Device,
	offset: number,
	buffer: Uint8Array,
): Promise<number | undefined> => {
	try {
		return await device.read(offset, buffer);
	} catch (error) {
		if (!(error instanceof SanitizeError && error.code === 'UNREADABLE')) {
			throw error;
		}

		if (['ENODEV', 'ENXIO'].includes(errnoOf(error.cause) ?? '')) {
			throw changed(`verify ${device.facts.path}: it went away while it was read at offset ${offset}`, error);
		}

		return undefined;
	}
};

// A drive that was pulled answers EIO to everything; that is not a million bad sectors.
const checkPresent = async (device: Device, {offset}: ByteRange): Promise<void> => {
	const {path, totalBytes, deviceNumber} = device.facts;
	const now = await device.inspect().catch((error: unknown) => {
		throw changed(
			`verify ${path}: it could not be read at offset ${offset} and cannot be found any more`,
			error,
		);
	});
	if (now.totalBytes !== totalBytes || now.deviceNumber !== deviceNumber) {
		throw changed(`verify ${path}: it could not be read at offset ${offset} and is another device now`);
	}
};

const changed = (message: string, cause?: unknown): SanitizeError =>
	new SanitizeError('DEVICE_CHANGED', message, {
		cause,
		hint: 'find out what happened to the device (cable, power, kernel log), then erase and verify it again',
	});
