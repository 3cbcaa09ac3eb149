import {randomBytes} from 'node:crypto';
import {alignedBuffer} from '../../aligned-buffer.ts';
import {type Canary, canaryAt, canaryFor, canaryLeft, canaryPlaces} from '../../content/canary.ts';
import type {ByteRange, Device} from '../../devices/device.ts';
import {SanitizeError} from '../../errors.ts';
import type {NativeContext} from './operation.ts';

/**
Writes a new canary, makes it durable and reads it back; `undefined` for a device too small for one.
@throws SanitizeError WRITE_FAILED, SYNC_FAILED, UNREADABLE.
*/
export const plantCanary = async (device: Device): Promise<Canary | undefined> => {
	const {path, totalBytes} = device.facts;
	const canary = canaryFor(device.facts, randomBytes(16).toString('hex'));
	if (!canary) {
		return undefined;
	}

	const buffer = alignedBuffer(canary.blockBytes);
	for (const place of canaryPlaces(canary, totalBytes)) {
		buffer.set(canaryAt(canary, place));
		const written = await device.write(place.offset, buffer);
		if (written !== place.length) {
			throw planted(path, `${written} of ${place.length} bytes were taken at offset ${place.offset}`);
		}
	}

	await device.sync();
	for (const place of canaryPlaces(canary, totalBytes)) {
		await device.read(place.offset, buffer);
		if (Buffer.compare(buffer, canaryAt(canary, place)) !== 0) {
			throw planted(path, `what was written at offset ${place.offset} is not what is read back`);
		}
	}

	return canary;
};

const planted = (path: string, what: string): SanitizeError =>
	new SanitizeError('WRITE_FAILED', `writing known data to ${path}: ${what}`, {
		hint: 'do not release the device: it does not keep what is written to it; look at the kernel log',
	});

/**
Makes the kernel forget what it has read of the device: who reads from now on asks the drive.
@throws SanitizeError TOOL_MISSING, TOOL_FAILED, INTERRUPTED.
*/
export const forgetCache = async ({
	device,
	tools,
}: Pick<NativeContext, 'device' | 'tools'>): Promise<void> => {
	if (device.node !== undefined) {
		await tools.run('blockdev', ['--flushbufs', device.node], {timeoutMs: 60_000});
	}
};

/** Where the canary still is. @throws SanitizeError UNREADABLE. */
const findCanary = async (device: Device, canary: Canary): Promise<readonly ByteRange[]> => {
	const buffer = alignedBuffer(canary.blockBytes);
	const left: ByteRange[] = [];
	for (const place of canaryPlaces(canary, device.facts.totalBytes)) {
		await device.read(place.offset, buffer);
		left.push(...canaryLeft(canary, place, buffer));
	}

	return left;
};

/** @throws SanitizeError NOT_ERASED, UNREADABLE. */
export const requireCanaryGone = async (
	name: string,
	device: Device,
	canary: Canary | undefined,
): Promise<void> => {
	const left = canary ? await findCanary(device, canary) : [];
	const [first] = left;
	if (first) {
		throw new SanitizeError(
			'NOT_ERASED',
			`${name} on ${device.facts.path}: the drive says that it has ended, but what was written before is still there: ${left.length} sectors, the first at offset ${first.offset}`,
			{hint: 'do not release the device: its command does not erase; overwrite it, or destroy it'},
		);
	}
};
