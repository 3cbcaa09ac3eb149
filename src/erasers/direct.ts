import packageJson from '../../package.json' with {type: 'json'};
import {alignedBuffer} from '../aligned-buffer.ts';
import type {Device} from '../devices/device.ts';
import {errnoOf, SanitizeError} from '../errors.ts';
import {defineEraser, supported, unsupported} from './eraser.ts';

const chunkBytes = 1024 ** 2;
const inFlight = 4;

export default defineEraser({
	name: 'direct',
	summary: 'overwrite with zeros with our own writer, past the page cache, to the last byte',
	method: 'clear',
	technique: 'overwrite',
	leaves: 'zeros',
	tools: [],
	supports: ({readOnly}) => (readOnly ? unsupported('it is read-only') : supported),
	command: () => undefined,
	async *erase({device, signal, commit}) {
		const {totalBytes} = device.facts;
		const zeros = alignedBuffer(chunkBytes);
		const writes: Array<Promise<Outcome>> = [];
		let position = 0;
		let writtenBytes = 0;
		requireRunning(device, signal, 0);
		await commit();
		try {
			while (writtenBytes < totalBytes) {
				requireRunning(device, signal, writtenBytes);
				for (; writes.length < inFlight && position < totalBytes; position += chunkBytes) {
					writes.push(
						settle(writeZeros(device, zeros, position, Math.min(chunkBytes, totalBytes - position))),
					);
				}

				writtenBytes += resultOf(await writes.shift());
				yield writtenBytes;
			}
		} finally {
			// Nothing may go on writing once this has ended, however it ends.
			await Promise.all(writes);
		}

		requireRunning(device, signal, writtenBytes);
		return {writtenBytes, tool: {name: 'zeroize direct', version: packageJson.version}};
	},
});

type Outcome = {readonly bytes: number} | {readonly error: unknown};

// Several writes are under way while one is awaited: a rejection nobody has asked for yet would end the process.
const settle = async (write: Promise<number>): Promise<Outcome> => {
	try {
		return {bytes: await write};
	} catch (error) {
		return {error};
	}
};

const resultOf = (outcome: Outcome | undefined): number => {
	if (!outcome || 'error' in outcome) {
		throw outcome?.error;
	}

	return outcome.bytes;
};

// Whole sectors always; for a file that ends within a sector the device writes the part that exists, and says so.
const writeZeros = async (
	device: Device,
	zeros: Uint8Array,
	position: number,
	length: number,
): Promise<number> => {
	const {logicalSectorBytes: sector} = device.facts;
	let done = 0;
	while (done < length) {
		const wanted = Math.ceil((length - done) / sector) * sector;
		const bytes = Math.min(await write(device, zeros.subarray(0, wanted), position + done), length - done);
		if (done + bytes === length) {
			return length;
		}

		// Go on at a sector's start: what follows must be aligned as well.
		const whole = Math.floor(bytes / sector) * sector;
		if (whole === 0) {
			throw incomplete(device, position + done);
		}

		done += whole;
	}

	return done;
};

const write = async (device: Device, buffer: Uint8Array, position: number): Promise<number> => {
	try {
		return await device.write(position, buffer);
	} catch (error) {
		const isFull = error instanceof Error && errnoOf(error.cause) === 'ENOSPC';
		throw isFull ? incomplete(device, position, error) : error;
	}
};

const incomplete = ({facts}: Device, position: number, cause?: unknown): SanitizeError =>
	new SanitizeError(
		'WRITE_INCOMPLETE',
		`${facts.path} takes nothing at byte ${position} of ${facts.totalBytes}`,
		{
			hint: 'do not release the device; it has shrunk or what stores it is full (kernel log): mend that and erase it again',
			cause,
		},
	);

const requireRunning = ({facts}: Device, signal: AbortSignal, writtenBytes: number): void => {
	if (signal.aborted) {
		throw new SanitizeError(
			'INTERRUPTED',
			`the overwrite was stopped after at least ${writtenBytes} bytes of ${facts.path}`,
			{
				hint: writtenBytes === 0 ? undefined : 'do not release the device: erase it again, from its start',
			},
		);
	}
};
