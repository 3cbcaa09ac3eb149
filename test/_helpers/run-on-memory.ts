import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {SigningKey} from '../../src/certificate/signing-key.ts';
import {authorize} from '../../src/clearance.ts';
import type {Device, DeviceFacts} from '../../src/devices/device.ts';
import {type Fault, faulty} from '../../src/devices/faulty.ts';
import {createMemoryDevice, type MemoryDevice} from '../../src/devices/memory.ts';
import {type RunEvent, RunEvents} from '../../src/events.ts';
import rehearsal from '../../src/hosts/rehearsal.ts';
import {type RunResult, runPlan} from '../../src/pipeline.ts';
import type {Plan} from '../../src/plan.ts';
import type {PlanInput} from '../../src/planner.ts';
import {createTools} from '../../src/process.ts';
import type {Recipe} from '../../src/recipe.ts';
import {createRecords} from '../../src/records/run-records.ts';
import {steps} from '../../src/steps/index.ts';
import type {Cleanup} from './cleanup.ts';
import {eraseRecipe, planOf, runId} from './plan.ts';

export interface MemoryRun {
	readonly devices?: ReadonlyArray<{
		readonly serial: string;
		readonly faults?: readonly Fault[];
		readonly totalBytes?: number;
		readonly sectorBytes?: number;
		readonly facts?: Partial<DeviceFacts>;
		/** Puts itself between the run and the faults. */
		readonly watch?: (device: Device, memory: MemoryDevice) => Device;
	}>;
	readonly recipe?: Recipe;
	readonly overrides?: PlanInput['overrides'];
	readonly atOnce?: number;
	/** Key that the plan signs with, and the one that is at hand. */
	readonly keys?: {readonly planned: SigningKey; readonly atHand?: SigningKey};
	readonly logRefused?: string;
	/** Called before each write reaches a device. */
	readonly onWrite?: (directory: string) => void;
	/** Called with the devices before the first event. */
	readonly onStart?: (devices: readonly MemoryDevice[]) => void;
	/** Called with each event as it is emitted. */
	readonly onEvent?: (event: RunEvent, abort: () => void) => void;
	readonly abortReason?: Error;
	/** Changes the log directory, given one that can be used. */
	readonly logDir?: (directory: string) => string;
	/** Where the run gets its directory. */
	readonly parent?: string;
	/** A clock that does not depend on the machine's. */
	readonly monotonicMs?: () => number;
}

export interface MemoryRunResult extends RunResult {
	readonly plan: Plan;
	readonly events: readonly RunEvent[];
	readonly devices: readonly MemoryDevice[];
	readonly directory: string;
	readonly recorded: readonly string[];
}

/** A whole run over memory devices filled with 0xA5, with real records in a directory of its own. */
export const runOnMemory = async (
	t: Cleanup,
	{
		devices: wanted = [{serial: 'SERIAL1'}],
		recipe = eraseRecipe,
		overrides = {},
		onEvent,
		abortReason,
		...run
	}: MemoryRun = {},
): Promise<MemoryRunResult> => {
	const directory = await mkdtemp(path.join(run.parent ?? tmpdir(), 'zeroize-test-'));
	t.teardown(async () => rm(directory, {recursive: true, force: true}));
	const devices = wanted.map(({serial, totalBytes = 65_536, sectorBytes = 512, facts}) =>
		createMemoryDevice({
			totalBytes,
			logicalSectorBytes: sectorBytes,
			serial,
			fill: 0xa5,
			path: `/memory/${serial}`,
			target: `memory:${serial}`,
			...facts,
		}),
	);
	run.onStart?.(devices);
	const logDir = path.join(directory, 'log');
	const plan = planOf({
		recipe,
		overrides,
		devices: devices.map(({facts}) => facts),
		stateDir: directory,
		logDir: run.logDir?.(logDir) ?? logDir,
		logRefused: run.logRefused ?? null,
		atOnce: run.atOnce,
		...(run.keys && {signing: {file: '/key', keyId: run.keys.planned.keyId}}),
	});
	const clearances = authorize(
		plan,
		wanted.map(({serial}) => serial),
	);
	const events = new RunEvents({
		runId,
		now: () => new Date(),
		// A reader that fails would be detached, and nobody would see it.
		onListenerError(error) {
			throw error;
		},
	});
	const seen: RunEvent[] = [];
	const controller = new AbortController();
	events.subscribe(event => {
		seen.push(event);
		onEvent?.(event, () => controller.abort(abortReason));
	});
	events.emit({type: 'run.planned', plan});
	using records = createRecords({
		...{events, stateDir: directory, signingKey: run.keys?.atHand},
		describe: ({type}) => [type],
	});
	const tools = createTools({env: {}});
	const host = rehearsal.create({tools, root: '/'});
	const lanes = devices.map((device, index) => {
		const {faults = [], watch = unwatched} = wanted[index] ?? {};
		const opened = watched(watch(faulty(device, faults), device), () => run.onWrite?.(directory));
		return {
			planned: plan.devices[index] as Plan['devices'][number],
			open: async () => opened,
			clearance: clearances.get(device.facts.path),
		};
	});
	const result = await runPlan(
		{
			plan,
			steps,
			devices: lanes,
			host,
			tools,
			events,
			records,
			signingKey: run.keys?.atHand,
			signal: controller.signal,
			now: () => new Date(),
			monotonicMs: run.monotonicMs ?? (() => performance.now()),
		},
		{view: {taskList: 'silent', describeProgress: () => ''}, stream: process.stdout},
	);
	return {...result, plan, events: seen, devices, directory, recorded: host.recorded};
};

export const isZero = ({bytes}: MemoryDevice): boolean => bytes.every(byte => byte === 0);

const unwatched = (device: Device): Device => device;

const watched = (device: Device, onWrite: () => void): Device => ({
	...device,
	async write(position, buffer) {
		onWrite();
		return device.write(position, buffer);
	},
});
