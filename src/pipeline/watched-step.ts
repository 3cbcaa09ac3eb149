import type {Device} from '../devices/device.ts';
import {followKernelLog} from '../devices/kernel-log.ts';
import type {AnnouncedCommand} from '../erasers/eraser.ts';
import type {StallEventBody} from '../events/stalls.ts';
import type {Plan} from '../plan.ts';
import {createProgress} from '../progress.ts';
import type {
	DeviceStep,
	EraseProgress,
	Handover,
	StepContext,
	StepOptions,
	StepResult,
} from '../steps/step.ts';
import {answeringDevice} from './answering-device.ts';
import {commit} from './commit.ts';
import type {StallNews} from './stall-detector.ts';
import {type Watched, watchStalls} from './stall-watch.ts';
import type {Lane, RunSurroundings} from './step-runner.ts';

interface Work {
	readonly step: DeviceStep;
	readonly options: StepOptions<DeviceStep['options']>;
	readonly lane: Lane;
	readonly device: Device;
	/** Byte that an erase goes on from. */
	readonly from: number;
	readonly announced: AnnouncedCommand | undefined;
	readonly handover: Handover;
	readonly context: StepContext;
}

/** Runs a step of a device, with its progress and its stalls; ends even where the device never answers. */
export const runWatched = async (work: Work, surroundings: RunSurroundings): Promise<StepResult> => {
	const {step, options, lane, device} = work;
	const {plan, signal, monotonicMs, events, root = '/'} = surroundings;
	const {path} = lane.planned.facts;
	const limits = step.stallLimits?.(options, lane.planned);
	const names = {step: step.name, device: path};
	const {totalBytes} = device.facts;
	const progress = createReporter(
		names,
		{totalBytes, from: work.from, doneBefore: () => doneBefore(work)},
		surroundings,
	);
	using log = followKernelLog(device, root);
	return await watchStalls(watched => callWatched(work, {watched, progress}, surroundings), {
		limits,
		path,
		isWriting: step.phase === 'erase',
		signal,
		monotonicMs,
		findCause: () => log.likelyCause(),
		onNews: (news, cause) =>
			void events.emit({step: step.name, device: path, ...toEvent(news, cause, progress)}),
		hint: hintFor(plan),
	});
};

/** Bytes that count neither for its rate nor for a stall: an erase that goes on, a verification that was begun behind it and that the step has taken over. */
const doneBefore = ({step, from, handover}: Work): number =>
	step.phase === 'verify' ? (handover.followed?.reading.doneBytes() ?? 0) : from;

const callWatched = async (
	{step, options, lane, device, from, announced, handover, context}: Work,
	{watched, progress}: {readonly watched: Watched; readonly progress: Reporter},
	surroundings: RunSurroundings,
): Promise<StepResult> => {
	const {signal, count, answer, isAwaited} = watched;
	return step.run(options, {
		...context,
		signal,
		device: answeringDevice(device, answer),
		planned: lane.planned,
		from,
		handover,
		...(announced && {announced}),
		warn: warning => (isAwaited() ? context.warn(warning) : undefined),
		commit: () => commit(device, lane, {...surroundings, signal}),
		announceCommand: ({canary, password}) =>
			void surroundings.events.emit({
				...{type: 'command.started', step: step.name, device: lane.planned.facts.path},
				...(canary && {canary}),
				...(password !== undefined && {password}),
			}),
		announcePass: pass =>
			void surroundings.events.emit({
				...{type: 'pass.started', step: step.name, device: lane.planned.facts.path},
				...pass,
			}),
		progress(bytes, totalBytes, erase) {
			count(bytes);
			if (isAwaited()) {
				progress.report(bytes, totalBytes, erase);
			}
		},
	});
};

type Reporter = ReturnType<typeof createReporter>;

/** Fast enough for an eye, slow enough for a journal that is kept for years, and in RAM until then: an erase that takes hours is told of more seldom. */
const progressIntervalMs = (elapsedMs: number): number => Math.min(Math.max(500, elapsedMs / 200), 10_000);

const createReporter = (
	names: {readonly step: string; readonly device: string},
	{totalBytes, from, doneBefore}: {readonly totalBytes: number; readonly from: number; doneBefore(): number},
	{events, monotonicMs}: RunSurroundings,
) => {
	const startedAtMs = monotonicMs();
	const last = {bytes: from, totalBytes};
	let progress: ReturnType<typeof createProgress> | undefined;
	return {
		last,
		report(bytes: number, totalBytes: number, {durableBytes = 0, writtenBytes}: EraseProgress = {}): void {
			// The total, and whether it goes on with what was begun, is known to the step alone: a sample is smaller than its device.
			progress ??= createProgress({
				...{totalBytes, monotonicMs, startedAtMs, fromBytes: doneBefore()},
				intervalMs: progressIntervalMs,
			});
			last.totalBytes = totalBytes;
			last.bytes = Math.max(last.bytes, bytes);
			const update = progress.update(bytes);
			if (update) {
				events.emit({
					...{type: 'step.progress', ...names, ...update},
					...(durableBytes > 0 && {durableBytes}),
					...(writtenBytes !== undefined && {writtenBytes}),
				});
			}
		},
	};
};

type Told<Event> = Event extends unknown ? Omit<Event, 'step' | 'device'> : never;

const toEvent = (
	{what, seconds, bytesPerSecond, answers, giveUpSeconds}: StallNews,
	cause: string | null,
	progress: Reporter,
): Told<StallEventBody> =>
	what === 'recovered'
		? {type: 'step.recovered', seconds}
		: {
				type: 'step.stalled',
				...progress.last,
				bytesPerSecond,
				seconds,
				cause,
				giveUpSeconds: what === 'given-up' ? 0 : giveUpSeconds,
				...(answers && {answers}),
			};

const hintFor = ({stateDir, departure, devices}: Plan): string => {
	const mend = 'do not release the device; mend what holds it up (cable, power, heat, kernel log)';
	const isErasing = devices.some(({eraser}) => eraser !== undefined);
	return stateDir === null || departure !== null || !isErasing
		? `${mend}, then start again`
		: `${mend}, then go on with: zeroize resume JOURNAL`;
};
