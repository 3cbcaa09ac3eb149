import type {RunEvent} from '../events.ts';
import type {Plan, PlannedStep} from '../plan.ts';
import type {Progress} from '../progress.ts';

/** A step of one device: erasing it is work, reading it back is as much, and so is what a drive does to itself. */
interface Work extends Pick<Progress, 'bytes' | 'totalBytes' | 'bytesPerSecond'> {
	readonly device: string;
	readonly step: string;
	readonly phase: PlannedStep['phase'];
	/** `left`: it failed or was skipped, and nothing more of it is done. */
	readonly state: 'waiting' | 'running' | 'done' | 'left';
	/** As expected before the step itself knows. */
	readonly plannedBytes: number;
	readonly deviceBytes: number;
}

/** The work of a run, in the order of its devices and steps; {@link sumUp} makes the total of it. */
export type Works = readonly Work[];

/** How far all devices of a run are together, and how many of them are where. */
export interface Total extends Progress {
	readonly devices: number;
	readonly waiting: number;
	readonly running: number;
	readonly ended: number;
}

/** All that is to be done, as planned. */
export const startWorks = ({devices, steps}: Pick<Plan, 'devices' | 'steps'>): Works =>
	devices.flatMap(({facts, purge}) =>
		steps
			.filter(({phase, skip}) => skip === undefined && isWork(phase, purge !== undefined))
			.map(step => {
				const plannedBytes = expectedBytes(step, facts.totalBytes);
				return {
					...{device: facts.path, step: step.step, phase: step.phase, state: 'waiting' as const},
					...{bytes: 0, totalBytes: plannedBytes, bytesPerSecond: 0},
					...{plannedBytes, deviceBytes: facts.totalBytes},
				};
			}),
	);

const isWork = (phase: PlannedStep['phase'], isPurged: boolean): boolean =>
	phase === 'erase' || phase === 'verify' || (phase === 'purge' && isPurged);

const expectedBytes = ({options: {coverage, percent}}: PlannedStep, totalBytes: number): number =>
	coverage === 'sampled' && typeof percent === 'number'
		? Math.ceil((totalBytes * percent) / 100)
		: totalBytes;

/** One event further. Pure. */
export const continueWorks = (works: Works, event: RunEvent): Works => {
	switch (event.type) {
		case 'run.planned':
			return startWorks(event.plan);
		case 'run.retried':
			return works.map(work => (work.state === 'left' ? afresh(work) : work));
		case 'run.resumed':
			return works.map(work => (work.state === 'done' && work.phase !== 'verify' ? work : resumed(work)));
		case 'step.started':
			return changeNext(works, event, {bytes: event.from ?? 0});
		case 'step.progress':
		case 'step.stalled': {
			const {bytes, totalBytes, bytesPerSecond} = event;
			return changeRunning(works, event, () => ({bytes, totalBytes, bytesPerSecond}));
		}

		case 'step.finished':
			return changeRunning(works, event, ({totalBytes}) => ({
				...{bytes: totalBytes, bytesPerSecond: 0, state: 'done'},
			}));
		case 'step.failed':
			return changeRunning(works, event, leave);
		case 'step.skipped':
			return changeRunning(changeNext(works, event, {}), event, leave);
		default:
			return works;
	}
};

const afresh = (work: Work): Work => ({
	...work,
	...{bytes: 0, totalBytes: work.plannedBytes, bytesPerSecond: 0, state: 'waiting'},
});

/** Everything is verified in full then. */
const resumed = (work: Work): Work =>
	afresh(work.phase === 'verify' ? {...work, plannedBytes: work.deviceBytes} : work);

const leave = ({bytes}: Work): Partial<Work> => ({totalBytes: bytes, bytesPerSecond: 0, state: 'left'});

interface Names {
	readonly step: string;
	readonly device?: string;
}

const changeAt = (works: Works, index: number, change: (work: Work) => Partial<Work>): Works =>
	works.map((work, at) => (at === index ? {...work, ...change(work)} : work));

/** The first of this name that has not begun; a recipe may have the same step twice. */
const changeNext = (works: Works, {step, device}: Names, change: Partial<Work>): Works => {
	const index = works.findIndex(
		work => work.step === step && work.device === device && work.state === 'waiting',
	);
	return changeAt(works, index, work => ({...afresh(work), ...change, state: 'running'}));
};

const changeRunning = (works: Works, {step, device}: Names, change: (work: Work) => Partial<Work>): Works =>
	changeAt(
		works,
		works.findIndex(work => work.step === step && work.device === device && work.state === 'running'),
		change,
	);

/**
The total of all works. The time left is what all that is left takes at the rate of now, and at least what the slowest device needs for its own. Pure.
*/
export const sumUp = (works: Works): Total => {
	const lanes = [...Map.groupBy(works, ({device}) => device).values()].map(own => sum(own));
	const all = sum(works);
	const isIn = (state: 'waiting' | 'running' | 'ended') => lanes.filter(lane => lane.where === state).length;
	const etas = [all, ...lanes.filter(({isTelling}) => isTelling)].map(etaOf);
	return {
		...{bytes: all.bytes, totalBytes: all.totalBytes, bytesPerSecond: all.bytesPerSecond},
		etaSeconds: etas[0] === Number.POSITIVE_INFINITY ? null : Math.max(...etas),
		devices: lanes.length,
		...{waiting: isIn('waiting'), running: isIn('running'), ended: isIn('ended')},
	};
};

const add = (works: Works, of: (work: Work) => number): number =>
	works.reduce((total, work) => total + of(work), 0);

const sum = (works: Works) => ({
	bytes: add(works, ({bytes}) => bytes),
	totalBytes: add(works, ({totalBytes}) => totalBytes),
	bytesPerSecond: add(works, ({bytesPerSecond}) => bytesPerSecond),
	where: whereabouts(works),
	isTelling: works.some(isTelling),
});

// The rate of a step that has only just begun is that of its first moments.
const isTelling = ({bytes, totalBytes, bytesPerSecond}: Work): boolean =>
	bytesPerSecond > 0 && bytes >= totalBytes / 100;

const whereabouts = (works: Works): 'waiting' | 'running' | 'ended' => {
	if (works.every(({state}) => state === 'waiting')) {
		return 'waiting';
	}

	return works.every(({state}) => state === 'done' || state === 'left') ? 'ended' : 'running';
};

const etaOf = ({bytes, totalBytes, bytesPerSecond}: Omit<Progress, 'etaSeconds'>): number => {
	const leftBytes = totalBytes - bytes;
	return leftBytes === 0
		? 0
		: bytesPerSecond > 0
			? Math.ceil(leftBytes / bytesPerSecond)
			: Number.POSITIVE_INFINITY;
};
