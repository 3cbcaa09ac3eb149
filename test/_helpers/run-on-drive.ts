import {cpSync} from 'node:fs';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {authorize} from '../../src/clearance.ts';
import {SanitizeError} from '../../src/errors.ts';
import {type RunEvent, RunEvents} from '../../src/events.ts';
import rehearsal from '../../src/hosts/rehearsal.ts';
import {type RunResult, runPlan} from '../../src/pipeline.ts';
import type {Plan} from '../../src/plan.ts';
import type {Recipe} from '../../src/recipe.ts';
import {type KeptRun, readKeptRun} from '../../src/records/kept-run.ts';
import {createRecords} from '../../src/records/run-records.ts';
import {steps} from '../../src/steps/index.ts';
import {temporaryDirectory} from './fake-tools.ts';
import type {NvmeDrive} from './nvme-drive.ts';
import {planOf, recipeOf, runId} from './plan.ts';

type RunDrive = Pick<NvmeDrive, 'device' | 'tools'>;

interface DriveRun {
	readonly recipe?: Recipe;
	/** Called with each event as it is emitted. */
	readonly onEvent?: (event: RunEvent, abort: () => void) => void;
	/** After the first event of this type a copy of the records is made, as a loss of power would leave them. */
	readonly cutAt?: RunEvent['type'];
}

interface DriveRunResult extends RunResult {
	readonly events: readonly RunEvent[];
	/** Directory of the copy, or of the records. */
	readonly remains: string;
}

const purgeRecipe = recipeOf(
	['erase', {eraser: 'auto', method: 'purge', canary: true}],
	['verify', {coverage: 'full', percent: 10}],
	['keep-log'],
	['issue-certificate'],
);

/** A whole run over a drive that erases itself, with real records. */
export const runOnDrive = async (
	t: ExecutionContext,
	drive: RunDrive,
	{recipe = purgeRecipe, ...run}: DriveRun = {},
): Promise<DriveRunResult> => {
	const directory = await temporaryDirectory(t);
	const plan = planOf({
		...{recipe, devices: [drive.device.facts], stateDir: directory},
		// Nothing moves the records: whoever goes on finds them.
		logRefused: 'it stays where it is',
	});
	const state = path.join(directory, `zeroize-${runId}`);
	return await carryOut(drive, plan, {...run, state, copy: path.join(directory, 'copy')});
};

/** Another process goes on with what is left. */
export const goOnWithDrive = async (drive: RunDrive, remains: string): Promise<DriveRunResult> => {
	const kept = await readKeptRun(remains);
	return await carryOut(drive, kept.plan, {state: remains, copy: remains, kept});
};

interface Work extends Pick<DriveRun, 'onEvent' | 'cutAt'> {
	readonly state: string;
	readonly copy: string;
	readonly kept?: KeptRun;
}

const carryOut = async (
	{device, tools}: RunDrive,
	plan: Plan,
	{state, copy, kept, onEvent, cutAt}: Work,
): Promise<DriveRunResult> => {
	const clearances = authorize(
		plan,
		plan.devices.map(({confirmation}) => confirmation),
	);
	const events = new RunEvents({
		runId: plan.runId,
		now: () => new Date(),
		onListenerError(error) {
			throw error;
		},
	});
	const seen: RunEvent[] = [];
	kept?.events.forEach(event => void events.replay(event));
	const controller = new AbortController();
	if (!kept) {
		events.emit({type: 'run.planned', plan});
	}

	using records = createRecords({
		...{events, stateDir: plan.stateDir, ...(kept && {kept})},
		describe: ({type}) => [type],
	});
	let isCut = false;
	events.subscribe(event => {
		seen.push(event);
		if (event.type === cutAt && !isCut) {
			isCut = true;
			cpSync(state, copy, {recursive: true});
		}

		onEvent?.(event, () => controller.abort(new SanitizeError('INTERRUPTED', 'told to stop')));
	});
	if (kept) {
		events.emit({type: 'run.resumed', devices: plan.devices.map(({facts}) => facts)});
	}

	const [planned] = plan.devices as [Plan['devices'][number]];
	const result = await runPlan(
		{
			...{plan, steps, tools, events, records},
			devices: [{planned, open: async () => device, clearance: clearances.get(planned.facts.path)}],
			host: rehearsal.create({tools, root: '/'}),
			signal: controller.signal,
			now: () => new Date(),
			monotonicMs: () => performance.now(),
		},
		{view: {taskList: 'silent', describeProgress: () => ''}, stream: process.stdout},
	);
	return {...result, events: seen, remains: isCut ? copy : state};
};
