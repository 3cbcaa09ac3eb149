import * as v from 'valibot';
import {describeContent, type LeftContent, zeros} from '../content.ts';
import type {Device} from '../devices/device.ts';
import {requireSameIdentity, requireUnused} from '../devices/identity.ts';
import {SanitizeError} from '../errors.ts';
import type {PlannedDevice} from '../plan.ts';
import type {RangeList} from '../ranges.ts';
import {finderOf} from '../verification/finder.ts';
import {randomSeed} from '../verification/sampling.ts';
import {createSurvey} from '../verification/survey.ts';
import type {Verification} from '../verification/verification.ts';
import {bufferBytesFor, startReading} from '../verification/verify.ts';
import type {Finder} from '../verification/zeros.ts';
import type {Followed} from './erase/follower.ts';
import {stallLimitsOf, stallOptions} from './stalls/limits.ts';
import {type DeviceStepContext, defineDeviceStep, type Records, type StepResult} from './step.ts';

export default defineDeviceStep({
	name: 'verify',
	summary:
		'read each device back from the media and prove that it holds nothing but zeros, or what the eraser wrote',
	phase: 'verify',
	scope: 'device',
	options: {
		coverage: v.optional(
			v.pipe(v.picklist(['full', 'sampled', 'none']), v.description('how much of the device is read back')),
			'full',
		),
		percent: v.optional(
			v.pipe(
				v.number(),
				v.gtValue(0),
				v.maxValue(100),
				v.description('part of the device that `sampled` reads'),
			),
			10,
		),
		overlap: v.optional(
			v.pipe(
				v.boolean(),
				v.description('read back behind the writer; by default where the device is not rotational'),
			),
		),
		...stallOptions,
	},
	stallLimits: stallLimitsOf,
	tools: () => [],
	plan: ({coverage, percent}) => ({
		title: coverage === 'sampled' ? `verify a sample of ${percent} %` : 'verify every byte',
		...(coverage === 'none' && {title: 'verify', skip: 'verification was not asked for'}),
	}),
	async run({coverage, percent}, context) {
		const {device, planned, plan, signal, progress, records} = context;
		if (coverage === 'none') {
			return {skipped: 'verification was not asked for'};
		}

		const settings = {coverage, percent, seed: randomSeed()};
		const look = lookFor(planned, records);
		const begun = await takeOver(context);
		const writesBefore = begun?.writtenSectors ?? (await device.countWrites?.());
		const reading =
			begun?.reading ??
			startReading(device, settings, {
				...{signal, onProgress: progress, find: look.find},
				bufferBytes: bufferBytesFor(plan.devices.length),
			});
		const found = await reading.finish({device, signal, onProgress: progress}).finally(() => {
			context.handover.followed = undefined;
		});
		const verification = {...found, ...look.facts(found)};
		if (verification.result === 'passed') {
			await requireUnwritten(device, planned, writesBefore);
		}

		// Nobody is waited for here: what whoever has it open has written, not every kernel and file system tells.
		const now = await device.inspect();
		requireSameIdentity(device.facts, now);
		requireUnused(now, 'DEVICE_CHANGED');
		return judge(device.facts.path, verification);
	},
});

interface Look {
	readonly find: Finder;
	/** What is to be told of it, besides. */
	facts(found: Verification): Pick<Verification, 'expected' | 'found'>;
}

/** For what the erase of this run says that it left; zeros where nobody says anything. */
const lookFor = ({facts: {path, totalBytes}}: PlannedDevice, records: Records): Look => {
	const report = records.report().devices.find(({planned}) => planned.facts.path === path);
	const expected: LeftContent = report?.leaves ?? zeros;
	if (expected.kind !== 'drive-defined') {
		return {find: finderOf(expected), facts: () => (expected.kind === 'zeros' ? {} : {expected})};
	}

	const survey = createSurvey(report?.erased?.canary, totalBytes);
	return {
		find: survey.find,
		facts({coverage, unreadable}) {
			const found = coverage === 'full' && unreadable.count === 0 ? survey.found() : undefined;
			return {expected, ...(found && {found})};
		},
	};
};

/** The verification that was begun behind the writer, if nobody but the writer has written meanwhile. */
const takeOver = async ({
	device,
	handover,
	warn,
}: Pick<DeviceStepContext, 'device' | 'handover' | 'warn'>): Promise<Followed | undefined> => {
	const {followed} = handover;
	if (!followed) {
		return undefined;
	}

	// What somebody else left in the page cache would be written after us.
	await device.sync();
	const sectors = await device.countWrites?.();
	if (sectors === followed.writtenSectors) {
		return followed;
	}

	handover.followed = undefined;
	await followed.reading.stop();
	warn({code: 'DEVICE_CHANGED', ...describeMiscount(device, followed, sectors)});
	return undefined;
};

const describeMiscount = (
	{facts: {path}}: Device,
	{writtenSectors, before}: Followed,
	sectors: number | null | undefined,
): {readonly message: string; readonly hint: string} => {
	const again = 'what was read behind the writer is read again';
	return sectors === before || typeof sectors !== 'number'
		? {
				message: `${path}: the kernel does not count what is written to it: ${again}`,
				hint: 'leave out --overlap',
			}
		: {
				message: `${path}: the kernel counts ${sectors - before} sectors written where the erase makes ${writtenSectors - before}: ${again}`,
				hint: 'places were written twice, or somebody else wrote to it; all of it is verified from the start',
			};
};

/** Who opened the device, wrote behind the place that was being read, and closed it again, is seen by nothing else. */
const requireUnwritten = async (
	device: Device,
	{eraser}: PlannedDevice,
	before: number | null | undefined,
): Promise<void> => {
	if (before === null || before === undefined) {
		return;
	}

	if (eraser) {
		// What somebody else left in the page cache would be written after us.
		await device.sync();
	}

	const now = await device.countWrites?.();
	if (now !== before) {
		throw new SanitizeError(
			'DEVICE_CHANGED',
			`${device.facts.path} was written to while it was verified: ${(now ?? 0) - before} sectors of 512 bytes`,
			{hint: 'do not release it; find out what writes to it (fuser -v), then erase it again'},
		);
	}
};

const judge = (path: string, verification: Verification): StepResult => {
	const {nonZero, unreadable, result, expected} = verification;
	if (result === 'passed') {
		return {facts: {verification}};
	}

	const findings = [describe(nonZero, wrongWords(expected)), describe(unreadable, 'not readable')].filter(
		text => text !== '',
	);
	const failure = new SanitizeError(
		nonZero.count === 0 ? 'UNREADABLE' : expected?.kind === 'drive-defined' ? 'NOT_ERASED' : 'NOT_ZERO',
		`${path}: ${findings.join('; ')}`,
		{
			hint: 'do not release the device; erase it again, and destroy it if the same place is found again',
		},
	);
	return {failure, facts: {verification}};
};

const wrongWords = (expected: LeftContent | undefined): string => {
	if (expected?.kind === 'drive-defined') {
		return 'what was written before the drive erased itself';
	}

	return expected ? `not as written (${describeContent(expected)})` : 'not zero';
};

const describe = ({count, bytes, listed}: RangeList, what: string): string => {
	const [first] = listed;
	return first === undefined
		? ''
		: `${bytes} bytes in ${count} ${count === 1 ? 'range' : 'ranges'} ${what}, the first at offset ${first.offset}`;
};
