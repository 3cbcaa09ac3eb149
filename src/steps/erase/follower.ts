import {within} from '../../devices/within.ts';
import {bufferBytesFor, type Reading, startReading} from '../../verification/verify.ts';
import type {DeviceStepContext} from '../step.ts';

/** A verification that was begun behind the writer, for the step that ends it. */
export interface Followed {
	readonly reading: Reading;
	/** What `Device.countWrites` said before the first write. */
	readonly before: number;
	/** What `Device.countWrites` says if nobody but the eraser has written since it began. */
	readonly writtenSectors: number;
}

/** Reads back what an eraser has written, while it goes on. */
export interface Follower {
	readonly follows: boolean;
	/** All before this byte is on the media. */
	allow(durableBytes: number): void;
	/** Leaves the reading to the next step, once the eraser has ended and has written so many bytes. */
	handOver(writtenBytes: number): void;
	/** Ends the reading unless it was handed over. */
	stop(): Promise<void>;
}

const none: Follower = {follows: false, allow() {}, handOver() {}, async stop() {}};

// What hangs is told by the step itself.
const stopMs = 5000;

/** To be called before the first write. Without a count of all writes nothing would tell that somebody else wrote to what was read already: then nobody follows. */
export const createFollower = async ({
	device,
	planned,
	plan,
	signal,
	handover,
}: Pick<DeviceStepContext, 'device' | 'planned' | 'plan' | 'signal' | 'handover'>): Promise<Follower> => {
	const before = planned.overlap?.overlaps ? await device.countWrites?.() : undefined;
	if (before === null || before === undefined) {
		return none;
	}

	const reading = startReading(
		device,
		{coverage: 'full', percent: 100, seed: ''},
		{signal, bufferBytes: bufferBytesFor(plan.devices.length), onProgress() {}},
	);
	let isHandedOver = false;
	return {
		follows: true,
		allow: reading.allow,
		handOver(writtenBytes) {
			isHandedOver = true;
			handover.followed = {reading, before, writtenSectors: before + writtenBytes / 512};
		},
		async stop() {
			if (!isHandedOver) {
				const late = () => new Error('reading does not end');
				await within(reading.stop(), {timeoutMs: stopMs, late}).catch(() => {});
			}
		},
	};
};
