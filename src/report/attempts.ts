import type {DeviceFacts} from '../devices/device.ts';
import type {PlannedDevice, PlannedStep} from '../plan.ts';
import {holdsStill, isPurgeKept, startPurge} from './purge.ts';
import type {DeviceReport, EndedStep, Report} from './state.ts';

/**
What failed, and what was left out because of it, counts as not done yet, and so does what came after it: certificates that are issued now must be delivered too. What was prepared stays prepared, and that something was written stays.
*/
export const retry = (report: Report): Report => {
	const failed = new Set(
		report.devices.filter(({failure}) => failure !== null).map(({planned}) => planned.facts.path),
	);
	const steps = report.plan?.steps ?? [];
	const isDone = (end: EndedStep) =>
		holdsStill(report, end) ||
		(end.how === 'finished' && (end.device === undefined || !failed.has(end.device)));
	const undone = new Set(report.ended.filter(end => !isDone(end)).map(({step}) => step));
	const first = steps.findIndex(
		({step, skip, phase}) => undone.has(step) && skip === undefined && phase !== 'halt',
	);
	const isAfter = (name: string) =>
		steps.some(
			({step, phase}, index) =>
				step === name && (phase === 'halt' || (phase === 'aftercare' && first !== -1 && index > first)),
		);
	return {
		...report,
		prepareFailure: null,
		aftercareFailure: null,
		interrupted: null,
		isFinished: false,
		ended: report.ended.filter(end => isDone(end) && !isAfter(end.step)),
		devices: report.devices.map(device =>
			failed.has(device.planned.facts.path)
				? {
						...device,
						...{erased: null, leaves: null, verification: null, endedAt: null},
						...(isPurgeKept(device) ? {} : {purged: null}),
						...{failure: null, unwritable: null},
						...beginAt(resumptionPoint(device)),
					}
				: goOn(device),
		),
	};
};

/** An erase whose process is gone, without a word. */
const goOn = (device: DeviceReport): DeviceReport =>
	device.erased === null ? {...device, ...beginAt(resumptionPoint(device))} : device;

// What the attempt before had made durable is worth no more to the next one than where it begins.
const beginAt = (from: number): Pick<DeviceReport, 'eraseFrom' | 'durableBytes'> => ({
	eraseFrom: from,
	durableBytes: from,
});

// Says nothing against what was written before: the writer was stopped, was waited for too long, or did not begin.
const harmless = new Set<string | null>([
	...[null, 'INTERRUPTED', 'TERMINATED', 'STALLED'],
	...['ERASER_FAILED', 'DEVICE_BUSY'],
]);

// What erasers ask for.
const unitBytes = 1024 ** 2;

/** The last byte that an erase can go on from, before the end: an eraser must see that for itself. */
const resumptionPoint = ({failure, durableBytes, planned}: DeviceReport): number => {
	const last = Math.min(durableBytes, planned.facts.totalBytes - 1);
	// Of several passes, or with a key that is gone, nothing is gone on with.
	return harmless.has(failure) && !planned.eraser?.scheme ? last - (last % unitBytes) : 0;
};

/** Like a retry; and what was prepared may be undone since, by a start of the machine, and what was verified written to: nobody held the devices. What a drive did by itself it does again, unless that is certified already: of what was written to it since, no reading would tell. */
export const resume = (report: Report, facts: readonly DeviceFacts[]): Report => {
	const {plan, ...again} = retry(report);
	const certified = new Set(report.certificates.map(({device}) => device));
	const renewed = new Set(
		report.devices
			.filter(device => isErasedByItself(device))
			.filter(({failure, planned}) => failure !== null || !certified.has(planned.facts.path))
			.map(({planned}) => planned.facts.path),
	);
	const isUndone = ({phase}: PlannedStep) => phase === 'prepare' || phase === 'verify';
	const undone = new Set((plan?.steps ?? []).filter(isUndone).map(({step}) => step));
	const asNow = (planned: PlannedDevice): PlannedDevice => ({
		...planned,
		facts: facts.find(({path}) => path === planned.facts.path) ?? planned.facts,
	});
	return {
		...again,
		plan: plan && {
			...plan,
			devices: plan.devices.map(asNow),
			steps: plan.steps.map(step => (step.phase === 'verify' ? inFull(step) : step)),
		},
		// What was begun by a process that is gone is begun again.
		underWay: [],
		ended: again.ended.filter(
			({step, device}) => !undone.has(step) && !(device !== undefined && renewed.has(device)),
		),
		devices: again.devices.map(device => ({
			...device,
			...(renewed.has(device.planned.facts.path) && startPurge),
			verification: null,
			planned: asNow(device.planned),
		})),
	};
};

const isErasedByItself = ({purged, leaves}: DeviceReport): boolean =>
	purged !== null || leaves?.kind === 'drive-defined';

const inFull = ({skip: _, ...step}: PlannedStep): PlannedStep => ({
	...step,
	title: 'verify every byte',
	options: {...step.options, coverage: 'full'},
});
