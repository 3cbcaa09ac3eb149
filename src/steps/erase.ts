import {driveDefined, type LeftContent} from '../content.ts';
import type {Device} from '../devices/device.ts';
import {requireSameIdentity} from '../devices/identity.ts';
import type {ErasePoint, EraseResult, Eraser} from '../erasers/eraser.ts';
import {findScheme} from '../erasers/pattern/scheme.ts';
import {SanitizeError, toSanitizeError} from '../errors.ts';
import type {PlannedDevice} from '../plan.ts';
import {type Anchors, createAnchors} from './erase/anchors.ts';
import {drain, findEraser} from './erase/erasing.ts';
import {createFollower, type Follower} from './erase/follower.ts';
import {eraseOptions} from './erase/options.ts';
import {requirePlanned} from './erase/require-planned.ts';
import {requireAllTried, requireAllWritten} from './erase/require-whole.ts';
import {stallLimitsOf} from './stalls/limits.ts';
import {type DeviceStepContext, defineDeviceStep, type StepResult} from './step.ts';

export default defineDeviceStep({
	name: 'erase',
	summary: 'erase each device with an eraser, to its last byte',
	phase: 'erase',
	scope: 'device',
	options: eraseOptions,
	// A drive that erases itself need not tell how far it is: how long that is borne is known to its eraser.
	stallLimits: (options, {eraser}) =>
		leavesToDrive(findEraser(eraser?.name)) ? undefined : stallLimitsOf(options),
	tools: (_options, {devices}) => devices.flatMap(({eraser}) => findEraser(eraser?.name)?.tools ?? []),
	plan(_options, {devices}) {
		const names = [...new Set(devices.flatMap(({eraser}) => eraser?.name ?? []))];
		return {
			title: names.length === 0 ? 'erase' : `erase with ${names.join(', ')}${ofScheme(devices)}`,
			commands: devices.flatMap(({eraser}) => (eraser?.command ? [eraser.command.join(' ')] : [])),
		};
	},
	// A plan from before there was a canary has none of it.
	async run({canary = true, psidFile}, context) {
		const {planned} = context;
		const eraser = findEraser(planned.eraser?.name);
		if (!eraser) {
			throw new SanitizeError('UNSUPPORTED', `no eraser is planned for ${planned.facts.path}`, {
				hint: 'see: zeroize erasers',
			});
		}

		const follower = await createFollower(context);
		try {
			return await eraseWith(eraser, {follower, canary, psidFile}, context);
		} finally {
			await follower.stop();
		}
	},
});

interface Means {
	readonly follower: Follower;
	readonly canary: boolean;
	readonly psidFile: string | undefined;
}

const eraseWith = async (
	eraser: Eraser,
	{follower, canary, psidFile}: Means,
	context: DeviceStepContext,
): Promise<StepResult> => {
	const {device, planned} = context;
	const sync = () => eraser.sync?.(context) ?? device.sync();
	const anchors = createAnchors(device.facts.path, {
		...{sync, from: context.from},
		isFollowed: follower.follows,
	});
	const {technique, method} = planned.eraser ?? eraser;
	requirePlanned(eraser, {technique, method}, context);
	const scheme = findScheme(eraser.schemes ?? [], planned.eraser?.scheme?.name ?? '');
	const erasing = eraser.erase({
		...context,
		...{canary, technique},
		...(scheme && {scheme}),
		...(psidFile !== undefined && {psidFile}),
		commit: () => context.commit(),
		announceCommand: command => context.announceCommand(command),
		announcePass: pass => context.announcePass(pass),
	});
	const {unwritable, ...result} = await drain(erasing, pointTo({anchors, follower}, context));
	const failure = await findFailure({...result, unwritable}, anchors, device);
	const left = {...(scheme && {scheme: scheme.name}), ...contentLeft(eraser, result)};
	if (failure) {
		const {writtenBytes, passes} = result;
		const known = {writtenBytes, ...(passes && {passes}), ...left};
		return {failure, facts: {...known, ...(unwritable.count > 0 && {unwritable})}};
	}

	follower.handOver(result.writtenBytes - context.from);
	return {facts: {eraser: eraser.name, method, technique, ...result, ...left}};
};

/** Nothing where it is zeros by the nature of the eraser. */
const contentLeft = (
	eraser: Eraser,
	{passes}: Pick<EraseResult, 'passes'>,
): {readonly leaves?: LeftContent} => {
	if (leavesToDrive(eraser)) {
		return {leaves: driveDefined};
	}

	const last = passes?.at(-1);
	return last ? {leaves: last.content} : {};
};

const ofScheme = (devices: readonly PlannedDevice[]): string => {
	const scheme = devices.find(({eraser}) => eraser?.scheme)?.eraser?.scheme;
	return scheme
		? ` (${scheme.name}, ${scheme.passes.length} ${scheme.passes.length === 1 ? 'pass' : 'passes'})`
		: '';
};

const leavesToDrive = (eraser: Eraser | undefined): boolean => eraser?.leaves === 'drive-defined';

/** Who is to know how far it is. */
const pointTo =
	(
		{anchors, follower}: {readonly anchors: Anchors; readonly follower: Follower},
		{progress, device}: DeviceStepContext,
	) =>
	({writtenBytes, reachedTo, allPasses}: ErasePoint): void => {
		anchors.reach(reachedTo);
		follower.allow(anchors.durableBytes());
		const {bytes, totalBytes} = allPasses ?? {bytes: writtenBytes, totalBytes: device.facts.totalBytes};
		progress(bytes, totalBytes, {
			durableBytes: anchors.durableBytes(),
			...(allPasses && {writtenBytes}),
		});
	};

/** What is wrong with an erase that came to its end; the ranges that it could not write last, so that nothing hides behind them. */
const findFailure = async (
	result: EraseResult,
	anchors: Anchors,
	device: Device,
): Promise<SanitizeError | undefined> => {
	try {
		requireAllTried(result, device.facts);
		await anchors.end();
		await device.sync();
		requireSameIdentity(device.facts, await device.inspect());
		requireAllWritten(result, device.facts);
		return undefined;
	} catch (error) {
		return toSanitizeError(error);
	}
};
