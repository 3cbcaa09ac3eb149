import {DefaultRenderer, Listr, ListrLogger, type ListrTask, ProcessOutput} from 'listr2';
import type {RunEvents} from './events.ts';
import type {Halt} from './hosts/host.ts';
import {conclude} from './outcome.ts';
import {hasEnded, remainingSteps} from './pipeline/remaining.ts';
import {createStepRunner, type Lane, type Requests, type RunSurroundings} from './pipeline/step-runner.ts';
import type {PlannedStep} from './plan.ts';
import type {Report} from './report.ts';
import type {View} from './views/view.ts';

export interface TaskList {
	readonly view: Pick<View, 'taskList' | 'describeProgress'>;
	/** Where listr2's own renderer draws. */
	readonly stream: NodeJS.WriteStream;
}

export interface RunResult {
	readonly report: Report;
	readonly exitCode: number;
	/** The machine shall end now; carried out by the entry alone. */
	readonly halt: Halt | null;
	/** Another process goes on with the run; this one has said its last. */
	readonly hasLeft: boolean;
}

/**
Carries out a plan: each step as a task, in the order of the plan.

```
 run step ── run step ─┬─ device 1: erase ── verify ─┬─ run step ── …
                       └─ device 2: erase ── verify ─┘
```

INVARIANTS
- START before, STOP after, whatever happens: each planned step gives exactly one `step.skipped`, or `step.started` followed by one of `step.finished`, `step.skipped`, `step.failed`.
- A step that fails never throws past its task. What its failure means is decided by its phase (plan.ts) and read from the report, which is a fold over the events: there is no second bookkeeping.
- The run ends with `run.finished`; its outcome and exit code are those that the report concludes.
- Devices are independent: a failure in one lane is not seen by another.
- What the records say has ended is not done again: a run goes on where another process left it.
*/
export const runPlan = async (surroundings: RunSurroundings, taskList: TaskList): Promise<RunResult> => {
	const {plan, events, records} = surroundings;
	const requests: Requests = {halt: null, leave: false};
	const runStep = createStepRunner(surroundings, requests);
	await listTasks(remainingSteps(plan, records.report()), surroundings, runStep, taskList).run();
	const report = records.report();
	const {outcome, exitCode, devices} = conclude(report);
	if (!requests.leave) {
		events.emit({type: 'run.finished', outcome, exitCode, devices});
	}

	return {report, exitCode, halt: requests.halt, hasLeft: requests.leave};
};

type RunStep = ReturnType<typeof createStepRunner>;

type Task = Parameters<ListrTask['task']>[1];

const listTasks = (
	steps: readonly PlannedStep[],
	{devices, events, records}: RunSurroundings,
	runStep: RunStep,
	taskList: TaskList,
): Listr => {
	const before = records.report();
	const isLeft = (step: PlannedStep, lane: Lane) => !hasEnded(step, lane.planned.facts.path, before);
	const toTask = (step: PlannedStep, lane?: Lane): ListrTask => ({
		title: step.title,
		task: (_context, task) => runTask(step, lane, {task, events, runStep, taskList}),
	});
	const tasks = groupSteps(steps).flatMap(group => {
		const [first] = group;
		const [only] = devices;
		if (first?.scope === 'run' || devices.length <= 1) {
			return group
				.filter(step => step.scope === 'run' || (only && isLeft(step, only)))
				.map(step => toTask(step, step.scope === 'device' ? only : undefined));
		}

		return [
			{
				title: group.map(({title}) => title).join(', '),
				task: (_context: unknown, parent: Task) =>
					parent.newListr(
						devices.map(lane => ({
							title: lane.planned.facts.path,
							task: (_: unknown, task: Task) =>
								task.newListr(
									group.filter(step => isLeft(step, lane)).map(step => toTask(step, lane)),
									{exitOnError: false, concurrent: false},
								),
						})),
						{exitOnError: false, concurrent: true},
					),
			},
		];
	});
	return new Listr(tasks, {
		concurrent: false,
		exitOnError: false,
		// Signals are the entry's business alone.
		registerSignalListeners: false,
		...rendering(taskList),
	});
};

/** Neighbouring device steps belong together: a device goes through them without waiting for the others. */
const groupSteps = (steps: readonly PlannedStep[]): ReadonlyArray<readonly PlannedStep[]> => {
	const groups: PlannedStep[][] = [];
	for (const step of steps) {
		const last = groups.at(-1);
		if (last && step.scope === 'device' && last[0]?.scope === 'device') {
			last.push(step);
		} else {
			groups.push([step]);
		}
	}

	return groups;
};

interface TaskParts {
	readonly task: Task;
	readonly events: RunEvents;
	readonly runStep: RunStep;
	readonly taskList: TaskList;
}

const runTask = async (
	step: PlannedStep,
	lane: Lane | undefined,
	{task, events, runStep, taskList}: TaskParts,
): Promise<void> => {
	const device = lane?.planned.facts.path;
	let isStalled = false;
	using _ = events.subscribe(event => {
		if (!('step' in event) || event.step !== step.step || event.device !== device) {
			return;
		}

		if (event.type === 'step.stalled' || event.type === 'step.recovered') {
			isStalled = event.type === 'step.stalled';
		}

		// A stall stands there until it is over, whatever trickles in.
		if (event.type === 'step.stalled' || (event.type === 'step.progress' && !isStalled)) {
			task.output = taskList.view.describeProgress(event);
		}
	});
	const end = await runStep(step, lane);
	if (end.type === 'step.skipped') {
		task.skip(`${step.title}: ${end.reason}`);
	} else if (end.type === 'step.failed') {
		throw new Error(end.message);
	}
};

// Whether there is a terminal was decided already. listr2 asks process.stdout, and where that is none it falls back to a renderer that writes there by itself, past our output.
class TaskListRenderer extends DefaultRenderer {
	static override nonTTY = true;
}

const rendering = ({view, stream}: TaskList) =>
	view.taskList === 'silent'
		? {renderer: 'silent' as const}
		: {
				renderer: TaskListRenderer,
				rendererOptions: {
					logger: new ListrLogger({
						useIcons: true,
						toStderr: [],
						processOutput: new ProcessOutput(stream, stream),
					}),
					collapseErrors: false,
					collapseSkips: false,
					removeEmptyLines: true,
				},
			};
