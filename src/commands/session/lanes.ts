import type {Clearance} from '../../clearance.ts';
import type {Device, DeviceSurroundings} from '../../devices/device.ts';
import {schemes} from '../../devices/index.ts';
import {lockDevice} from '../../devices/lock.ts';
import {parseTarget} from '../../devices/target.ts';
import {within} from '../../devices/within.ts';
import {SanitizeError, toSanitizeError} from '../../errors.ts';
import type {Lane} from '../../pipeline/step-runner.ts';
import type {Plan, PlannedDevice} from '../../plan.ts';

// A disk that sleeps takes a while to spin up.
const openMs = 120_000;

// With reads or writes under way that are never answered it never comes to an end.
const closeMs = 5000;

interface Lanes extends AsyncDisposable {
	readonly lanes: readonly Lane[];
}

/** The devices of a plan, to be opened once each and closed together. */
export const createLanes = (
	plan: Plan,
	clearances: ReadonlyMap<string, Clearance>,
	surroundings: DeviceSurroundings & {readonly signal: AbortSignal},
): Lanes => {
	const opened = new Map<PlannedDevice, Promise<Device>>();
	const lanes = plan.devices.map(planned => ({
		planned,
		clearance: clearances.get(planned.facts.path),
		open() {
			const device = opened.get(planned) ?? claim(planned, plan.runId, surroundings);
			opened.set(planned, device);
			const late = () => doesNotOpen(planned.facts.path);
			return within(device, {timeoutMs: openMs, late, signal: surroundings.signal});
		},
	}));
	return {
		lanes,
		async [Symbol.asyncDispose]() {
			await Promise.allSettled(
				[...opened.values()].map(async opening =>
					within(close(opening), {timeoutMs: closeMs, late: () => new Error('it does not close')}),
				),
			);
		},
	};
};

const close = async (opening: Promise<Device>): Promise<void> => (await opening)[Symbol.asyncDispose]();

const doesNotOpen = (path: string): SanitizeError =>
	new SanitizeError('STALLED', `opening ${path}: it does not answer`, {
		hint: 'look at its cable and power, and at the kernel log (dmesg), then try again',
	});

/** Claims the devices of a plan before they can be opened, until disposed. */
export const claimDevices = async ({devices, runId}: Plan): Promise<AsyncDisposable> => {
	await using stack = new AsyncDisposableStack();
	for (const {facts, eraser} of devices) {
		if (eraser) {
			stack.use(await lockDevice(facts, runId));
		}
	}

	return stack.move();
};

/** A device that is erased belongs to one run of this machine alone. */
const claim = async (
	planned: PlannedDevice,
	runId: string,
	surroundings: DeviceSurroundings,
): Promise<Device> => {
	if (!planned.eraser) {
		return openDevice(planned, surroundings);
	}

	await using stack = new AsyncDisposableStack();
	stack.use(await lockDevice(planned.facts, runId));
	const device = stack.use(await openDevice(planned, surroundings));
	const held = stack.move();
	return {...device, [Symbol.asyncDispose]: () => held.disposeAsync()};
};

const openDevice = async (
	{facts, eraser}: PlannedDevice,
	surroundings: DeviceSurroundings,
): Promise<Device> => {
	const {scheme: wanted} = parseTarget(facts.target);
	const scheme = schemes.find(({scheme}) => scheme === wanted);
	if (!scheme) {
		throw toSanitizeError(new TypeError(`a planned device has the unknown scheme ${wanted}`));
	}

	return scheme.open(facts, eraser ? 'erase' : 'read', surroundings);
};
