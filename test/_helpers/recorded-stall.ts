import type {EventBody} from '../../src/events.ts';
import {plan, sda} from './recorded-plan.ts';
import {erased, kept, prepared, result, type Telling} from './recorded-steps.ts';

const cause = 'the bus, link or controller was reset: ata1: hard resetting link (kernel log)';

const stalled = (seconds: number, changes: Partial<EventBody & {type: 'step.stalled'}> = {}): EventBody => ({
	type: 'step.stalled',
	step: 'erase',
	device: sda.path,
	bytes: 4_000_000_000,
	totalBytes: sda.totalBytes,
	bytesPerSecond: 0,
	seconds,
	cause,
	giveUpSeconds: 1800 - seconds,
	...changes,
});

const message = `/dev/sda made no progress for 30 min 00 s and was given up (likely cause: ${cause}); dd cannot be stopped and may still write to /dev/sda`;

/** A device that is slow, goes on, is silent, and is given up. */
export const stalledTelling: Telling = [
	[0, {type: 'run.planned', plan: plan()}],
	...prepared,
	...erased(sda, 40).slice(0, 10),
	[300_000, stalled(300, {bytesPerSecond: 12_345, cause: null})],
	[9000, {type: 'step.recovered', step: 'erase', device: sda.path, seconds: 309}],
	...[120, 240, 480, 960].map(
		(seconds, index) => [index === 0 ? 120_000 : (seconds / 2) * 1000, stalled(seconds)] as const,
	),
	[840_000, stalled(1800)],
	[
		10_000,
		{
			type: 'step.failed',
			step: 'erase',
			device: sda.path,
			code: 'STALLED',
			message,
			hint: 'do not release the device; mend what holds it up (cable, power, heat, kernel log), then go on with: zeroize resume JOURNAL',
		},
	],
	[
		1,
		{
			type: 'step.skipped',
			step: 'verify',
			device: sda.path,
			reason: 'a step before it failed for this device',
		},
	],
	...kept,
	[1, {type: 'step.skipped', step: 'issue-certificate', reason: 'the device is not sanitized'}],
	[1, {type: 'step.skipped', step: 'power-off', reason: 'the run failed'}],
	[
		2,
		{
			type: 'run.finished',
			outcome: 'failed',
			exitCode: 4,
			devices: [result(sda, {outcome: 'failed', writtenBytes: 4_000_000_000, verifiedBytes: 0})],
		},
	],
];
